"""`limit_choices_to` of a link: which rows it may lead to. Links that are there already stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

    from entity_api.description.entity import Relation


def limit_choices(rows: QuerySet[Any], link: Relation) -> QuerySet[Any]:
    """Leave of the rows at the end of a link those to which it may lead."""
    if link.is_back or not link.origin.remote_field.limit_choices_to:
        return rows
    return rows.filter(pk__in=_list_choices(link.origin).values("pk"))


def may_have(link: Relation, parent: Model) -> bool:
    """Return whether rows may get this link to the parent, where they are what stores it."""
    if not link.is_back or not link.origin.remote_field.limit_choices_to:
        return True
    return bool(_list_choices(link.origin).filter(pk=parent.pk).exists())


def is_limit_fixed(link: Relation) -> bool:
    """Return whether the limit is the same at each time."""
    return not callable(link.origin.remote_field.limit_choices_to)


def _list_choices(origin: Any) -> QuerySet[Any]:
    rows: QuerySet[Any] = origin.remote_field.model._base_manager.complex_filter(
        origin.get_limit_choices_to()
    )
    return rows
