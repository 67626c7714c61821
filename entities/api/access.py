"""What a viewset asks its DRF permission classes besides yes or no: which fields, and which rows.

A permission class answers by having `permit_fields` or `narrow_rows`; one that has neither limits nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

if TYPE_CHECKING:
    from entities.api.viewset import EntityViewSet


def permit_fields(viewset: EntityViewSet, action: str, names: Set[str]) -> Set[str]:
    """Give those of the wire names that the caller may read or write with the action."""
    for ask in _hooks(viewset, "permit_fields"):
        names = ask(viewset.request, viewset, action, names)
    return names


def narrow_rows(viewset: EntityViewSet, action: str, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Give those of the rows that the caller reaches with the action; the very same queryset if it is all of them."""
    for ask in _hooks(viewset, "narrow_rows"):
        rows = ask(viewset.request, viewset, action, rows)
    return rows


def _hooks(viewset: EntityViewSet, name: str) -> Iterator[Any]:
    return (ask for permission in viewset.get_permissions() if (ask := getattr(permission, name, None)))
