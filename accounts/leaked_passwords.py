"""Refuses passwords that have leaked (NIST SP 800-63B-4, section 3.1.1.2; OWASP ASVS 5.0, 6.2.12).

It looks into LEAKED_PASSWORDS_FILE and asks LEAKED_PASSWORDS_URL, if they are set.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ValidationError
from django.views.decorators.debug import sensitive_variables

from accounts.leaked_file import LeakedFile, is_in_file
from accounts.leaked_ranges import is_in_range

_logger = logging.getLogger(__name__)
# Seconds for which a service that failed is not asked, so that an outage slows few requests.
REST = 30
# Lines whose order the check at the start compares.
PROBES = 200


class Outage:
    """The time for which the remote service is not asked."""

    def __init__(self) -> None:
        self._until = 0.0

    def begin(self) -> None:
        self._until = monotonic() + REST

    def end(self) -> None:
        self._until = 0.0

    def is_over(self) -> bool:
        return monotonic() >= self._until


outage = Outage()


class LeakedPasswordValidator:
    @sensitive_variables("password")
    def validate(self, password: str, user: Any = None) -> None:
        path, url = settings.LEAKED_PASSWORDS_FILE, settings.LEAKED_PASSWORDS_URL
        if (path and _try(lambda: is_in_file(Path(path), password))) or (
            url and outage.is_over() and _try(lambda: is_in_range(url, password), is_remote=True)
        ):
            raise ValidationError(
                "This password is in a list of passwords that have leaked. Choose another one, and "
                "change it wherever else you use it.",
                "password_leaked",
            )

    def get_help_text(self) -> str:
        return "Your password must not be one that has leaked."


def _try(look_up: Callable[[], bool], *, is_remote: bool = False) -> bool:
    """Return what the look-up finds. A list that fails refuses no password: it is logged."""
    try:
        return look_up()
    except (OSError, HTTPException, ValueError) as error:
        # Of the answer and the password nothing is logged.
        name = "LEAKED_PASSWORDS_URL" if is_remote else "LEAKED_PASSWORDS_FILE"
        _logger.error("leaked_passwords_unknown: %s, %s", name, type(error).__name__)  # noqa: TRY400
        if is_remote:
            outage.begin()
        return False


def check_leaked_passwords(**_: object) -> list[CheckMessage]:
    """Refuse a LEAKED_PASSWORDS_FILE that cannot be read or is not sorted."""
    if not (path := settings.LEAKED_PASSWORDS_FILE):
        return []
    try:
        with Path(path).open("rb") as file:
            place = LeakedFile(file).find_unsorted(PROBES)
    except OSError as error:
        return [_refuse(f"{path} cannot be read: {error.strerror}.", "Correct its name or rights.")]
    if place is None:
        return []
    hint = "Sort it by bytes: LC_ALL=C sort -u FILE."
    return [_refuse(f"{path} is not sorted at byte {place}.", hint)]


def _refuse(fault: str, hint: str) -> CheckMessage:
    return Error(f"LEAKED_PASSWORDS_FILE: {fault}", hint=hint, id="accounts.E006")
