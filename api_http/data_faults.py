"""Errors of the database about values: one is out of range, or cannot be computed."""

from __future__ import annotations

from django.db import DataError, OperationalError
from rest_framework import status
from rest_framework.exceptions import APIException

# SQLite has no class of errors for these.
_SQLITE_WORDS = ("user-defined function raised exception", "integer overflow")


class OutOfRange(APIException):
    """400: the database refuses a value that the code has let through. It is logged as a fault."""

    status_code: int = status.HTTP_400_BAD_REQUEST
    default_detail = "A value is out of the range that the database has for it."
    default_code = "out_of_range"


class Uncomputable(OutOfRange):
    """409: stored values do not let the database compute a field.

    `fields` is for the log: the fields that the query computes.
    """

    status_code = status.HTTP_409_CONFLICT
    default_detail = "The database cannot compute a field for a row that is stored."
    default_code = "uncomputable"

    def __init__(self, fields: list[str]) -> None:
        super().__init__()
        # Developers see it in the answer too.
        self.explanation = f"The query computes {', '.join(fields)}."
        self.add_note(self.explanation)


def is_data_fault(error: BaseException) -> bool:
    """Whether the database refuses a value, and would refuse it again."""
    if isinstance(error, OperationalError):
        return str(error) in _SQLITE_WORDS
    return isinstance(error, DataError)
