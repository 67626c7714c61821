"""Text of a client's, made fit to be stored and printed."""

from __future__ import annotations

import re

# Characters that databases refuse (NUL, lone surrogates) or that move a terminal's cursor: the C0
# and C1 controls, and the marks that turn the direction of writing.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def bound_text(text: str, limit: int) -> str:
    """Return at most `limit` characters, with U+FFFD for each that cannot be stored or printed."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text[:limit])
