"""Faults of the input, in the words that all of the API has for them."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from rest_framework.exceptions import ErrorDetail

# PostgreSQL stores no NUL, and UTF-8 has no form for a lone surrogate.
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
# The most faults of one kind in an answer. The faults of 50,000 unknown fields would take a second.
MAX_FAULTS = 100
UNKNOWN_FIELD = ErrorDetail("There is no such field.", "unknown")


def translate_faults(error: ValidationError) -> list[ErrorDetail]:
    """Return DRF's form of each fault in an error of Django's validators, with its code."""
    return [ErrorDetail(fault.messages[0], fault.code or "invalid") for fault in error.error_list]
