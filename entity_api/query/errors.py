"""Errors in a query: DRF's validation errors, nested as the path to the fault."""

from typing import Any

from rest_framework.exceptions import ErrorDetail, ValidationError

Path = tuple[str, ...]


def refuse(path: Path, detail: str, code: str = "invalid") -> ValidationError:
    """Return the 400 for the argument at `path`, such as `("where", "firstName", "gt")`."""
    nested: Any = [ErrorDetail(detail, code=code)]
    for key in reversed(path):
        nested = {key: nested}
    return ValidationError(nested)


def refuse_unknown(path: Path, what: str) -> ValidationError:
    return refuse(path, f"There is no such {what}.", "unknown")
