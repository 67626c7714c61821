"""The links of a plain serializer: they lead only to rows that the caller may view."""

from __future__ import annotations

from typing import Any

from django.db.models import Manager, Model, QuerySet
from rest_framework.relations import RelatedField
from rest_framework.serializers import ListSerializer, Serializer

from auth_core.policy.guard import Guard
from auth_core.policy.reach import VIEW, decide_for, name_columns, narrow
from auth_core.policy.rule import Reach


def narrow_choices(field: Any, guard: Guard) -> None:
    """Let a field that takes links take those to rows that the caller may view."""
    link: Any = getattr(field, "child_relation", field)
    writes = isinstance(link, RelatedField) and not link.read_only
    if writes and link.queryset is not None:
        link.queryset = narrow(guard.request, VIEW, link.queryset.all())


def govern_link(field: Any, target: type[Model], guard: Guard) -> None:
    """Make a field obey that shows links to rows of a model, or the rows themselves."""
    decision = decide_for(guard.request, target, VIEW)
    if decision.withheld and not _shows_no_more_than(field, target, decision.withheld):
        field.write_only = True
    elif decision.reach is not Reach.ALL_ROWS:
        _leave_out_unseen(field, target, guard)


def _shows_no_more_than(field: Any, target: type[Model], withheld: frozenset[str]) -> bool:
    """Whether a field shows keys alone, a field that is not withheld, or fields that are looked at
    one by one.
    """
    shown = getattr(field, "child_relation", getattr(field, "child", field))
    if isinstance(shown, Serializer):
        return type(shown).to_representation is Serializer.to_representation
    if not isinstance(shown, RelatedField):
        return False
    slug = getattr(shown, "slug_field", None)
    if slug is not None:
        return slug.split("__")[0] not in name_columns(target, withheld)
    return bool(shown.use_pk_only_optimization())


def _leave_out_unseen(field: Any, target: type[Model], guard: Guard) -> None:
    """Let the field find null, or a shorter list, where the caller may not view the rows at the
    other end.
    """
    find = field.get_attribute

    def get_attribute(row: Any) -> Any:
        found = find(row)
        if isinstance(found, Manager | QuerySet):
            return narrow(guard.request, VIEW, found.all())
        if isinstance(found, list | tuple | set):
            seen = guard.reaches(target, [each.pk for each in found])
            return [each for each in found if each.pk in seen]
        key = getattr(found, "pk", None)
        if key is None:
            return found
        # Those of the whole page at once: one query a link.
        keys = {key, *_list_keys(field)}
        return found if key in guard.reaches(target, keys) else None

    field.get_attribute = get_attribute


def _list_keys(field: Any) -> list[Any]:
    """Return the keys that the field's link has in the rows of the list that is being shown."""
    shown = getattr(getattr(field, "parent", None), "parent", None)
    rows = shown.instance if isinstance(shown, ListSerializer) else None
    loaded = isinstance(rows, list) or getattr(rows, "_result_cache", None) is not None
    name = f"{field.source}_id"
    return (
        [row.__dict__[name] for row in rows if row.__dict__.get(name)]
        if loaded and rows is not None
        else []
    )
