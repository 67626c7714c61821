"""Values of conditions, read for the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q

from entity_api.query.errors import Path, refuse

NOTHING = Q(pk__in=())


def parse_operand(parse: Callable[[object], Any], value: object, path: Path) -> Any:
    """Return the value as the database compares it. Raises ValidationError for a wrong value."""
    try:
        return parse(value)
    except ValueError as error:
        raise refuse(path, f"This must be {error}.") from None
