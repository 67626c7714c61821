"""Rules for new passwords (NIST SP 800-63B-4, section 3.1.1.2): long, uncommon, unchanged.

There are no rules of composition: any characters will do. Nothing is cut, trimmed or normalised,
neither here nor at login (OWASP ASVS 5.0, 6.2.8).
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from api_http.faults import UNSTORABLE

# The most that is hashed.
MOST = 1024
# Repeating fewer characters than these is no password, however long.
_SHORTEST_UNIT = 4


class WholePasswordValidator:
    """Refuses what could not be hashed as it is."""

    def validate(self, password: str, user: Any = None) -> None:
        # PBKDF2 takes `word` and `word\0` for the same, and no hasher encodes a lone surrogate.
        if UNSTORABLE.search(password):
            raise ValidationError(
                "This password holds a character that cannot be used: NUL.", "password_unusable"
            )
        if len(password) > MOST:
            raise ValidationError(
                f"This password is longer than {MOST} characters.", "password_too_long"
            )

    def get_help_text(self) -> str:
        return f"Your password may have up to {MOST} characters, of any kind but NUL."


class UncommonPasswordValidator(CommonPasswordValidator):
    """Refuses the 20,000 most common passwords, and repetitions or pairs of them.

    Hardly any common password has 15 characters; those that people make of them are as easily
    guessed.
    """

    def validate(self, password: str, user: Any = None) -> None:
        folded = password.casefold().strip()
        parts = [(folded[:cut], folded[cut:]) for cut in range(len(folded)) if len(folded) <= MOST]
        if any(self._is_common(head) and self._is_common(tail) for head, tail in parts):
            raise ValidationError("This password is too common.", "password_too_common")

    def _is_common(self, text: str) -> bool:
        if not text or text in self.passwords:
            return True
        # A text stands again within its double, earlier than at its end, only if it repeats a part
        # of itself.
        unit = text[: (text + text).find(text, 1)]
        return len(unit) < _SHORTEST_UNIT or unit in self.passwords

    def get_help_text(self) -> str:
        return "Your password must not be a common one, nor made of one or two common ones."
