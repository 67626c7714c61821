"""Bodies that work when they are sent as they stand: Swagger UI prefills its forms with them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as InvalidValue
from rest_framework.exceptions import ValidationError

from entity_api.description.link_fields import ToManyLinks, ToOneLink
from entity_api.description.registry import find_kind_of
from entity_api.openapi.fields import find_default

# Any text that is written and never shown is taken for a secret.
SECRET = "Analytical-Engine-1842"  # noqa: S105
# A field shows the first of them that it takes.
CANDIDATES: tuple[Any, ...] = (
    *("example", "abc", "a", "ada@example.org", "https://example.org/", "192.0.2.1"),
    "01a2209b-0096-7393-877b-6aa88f691b51",
    *("2026-01-31T12:00:00.000Z", "2026-01-31", "12:30:00", "P1D", "1.5"),
    *(1, 10, 100, 0, -1, 0.5, True, {}, []),
    "1",  # an id that is a number
)


def make_example(serializer: Any) -> dict[str, Any]:
    """Return a body that creates a row: all needed fields, and all others but links.

    A field whose values nobody can guess is left out where it may be.
    """
    example = {}
    for name, field in serializer.fields.items():
        if field.read_only or isinstance(field, ToManyLinks):
            continue
        values = [] if isinstance(field, ToOneLink) else _find_values(serializer, name, field)
        if values:
            example[name] = values[0]
        elif field.required:
            example[name] = {"id": "…"} if isinstance(field, ToOneLink) else "example"
    return example


def add_example(operation: dict[str, Any], example: Any) -> None:
    """Add the example to the request body, unless the author of the view gave one."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        if "examples" not in content:
            content.setdefault("example", example)


def _find_values(serializer: Any, name: str, field: Any) -> list[Any]:
    if find_kind_of(serializer.Meta.model, name, field) is None:
        return []
    if field.write_only:
        return [SECRET]
    default = find_default(field)
    candidates = (*([] if default is None else [default]), *_list_choices(field), *CANDIDATES)
    return [each for each in candidates if _takes(field, each)]


def _list_choices(field: Any) -> list[Any]:
    choices = list(getattr(field, "choices", ()))
    return [*choices[:1], choices[:1]]


def _takes(field: Any, value: Any) -> bool:
    """Return whether the field takes the value, as far as no database has to be asked."""
    try:
        taken = field.to_internal_value(value)
        for check in filter(_is_of_django, field.validators):
            check(taken)
    except (ValidationError, InvalidValue):
        return False
    return True


def _is_of_django(check: Any) -> bool:
    """Return whether a validator, a function or an object, only looks at the value."""
    kinds = (check, *type(check).__mro__)
    return any(each.__module__ == "django.core.validators" for each in kinds)
