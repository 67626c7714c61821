"""Password validators."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError


class Validator:
    def validate(self, password: str, user: Any = None) -> None:
        if not self.allows(password):
            raise ValidationError("No.")

    def allows(self, password: str) -> bool:
        raise AssertionError

    def get_help_text(self) -> str:
        return ""


class UpperCaseValidator(Validator):
    def allows(self, password: str) -> bool:
        return password != password.lower()


class ASCIIValidator(Validator):
    def allows(self, password: str) -> bool:
        return password.isascii()


class MaximumValidator(Validator):
    def allows(self, password: str) -> bool:
        return len(password) < 64
