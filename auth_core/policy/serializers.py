"""A serializer of a plain DRF view, made to obey: it hides fields and rows, and refuses to write
withheld fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Model
from rest_framework.serializers import BaseSerializer, ListSerializer, Serializer

from auth_core.caller import is_superuser
from auth_core.policy.accounts import list_reserved
from auth_core.policy.actions import Action
from auth_core.policy.guard import Guard
from auth_core.policy.links import govern_link, narrow_choices
from auth_core.policy.ownership import find_owner_field
from auth_core.policy.policy import ACTIONS
from auth_core.policy.reach import VIEW, decide_for, find_related, is_limited, name_columns
from auth_core.policy.rule import Reach

SEARCH = Action("search", "search")


def govern(serializer: Any, guard: Guard) -> Any:
    """Make a view's serializer, or its list serializer, obey, and return it.

    Raises PermissionDenied or NotAuthenticated for input that names a field which the caller may
    not write.
    """
    single = serializer.child if isinstance(serializer, ListSerializer) else serializer
    if not isinstance(single, Serializer):
        return serializer
    # A serializer with its own way to show a row may show more than its fields.
    guard.asked_fields |= type(single).to_representation is Serializer.to_representation
    model = getattr(getattr(single, "Meta", None), "model", guard.model)
    _refuse_withheld(serializer, single, guard, model)
    _hide(single, guard, model, SEARCH if guard.action == SEARCH else VIEW)
    if guard.action.kind not in ("view", "search"):
        _blank_rows(single, guard, model)
    _confirm_saves(serializer, single, guard, model)
    return serializer


def _refuse_withheld(serializer: Any, single: Any, guard: Guard, model: type[Model]) -> None:
    kind = "create" if serializer.instance is None else "update"
    columns = name_columns(model, decide_for(guard.request, model, Action(kind, kind)).withheld)
    data = getattr(serializer, "initial_data", None)
    given = {name for item in (data if isinstance(data, list) else [data]) for name in _keys(item)}
    reserved = list_reserved(
        model,
        guard.request.user,
        serializer.instance,
        superuser=is_superuser(guard.request),
    )
    for field in single.fields.values():
        name = next((columns[part] for part in _parts(field) if part in columns), None)
        if name and field.field_name in given and not field.read_only:
            raise guard.deny(f"You may not write the field {field.field_name}.", kind, name)
        if name:
            field.read_only = True
        elif not reserved.isdisjoint(_parts(field)) or _is_closed_link(field, guard, model):
            if field.field_name in given:
                raise guard.deny(f"You may not write the field {field.field_name}.", kind)
            field.read_only = True


def _keys(item: Any) -> Iterable[str]:
    return item.keys() if isinstance(item, Mapping) else ()


def _parts(field: Any) -> list[str]:
    """Return the names of a field: its own, and the attribute of the row that it shows."""
    return [field.field_name, *field.source_attrs[:1]]


def _is_closed_link(field: Any, guard: Guard, model: type[Model]) -> bool:
    """Whether a field writes rows of another entity that the caller may not write freely."""
    many = hasattr(field, "child_relation")
    if field.read_only or not (many or isinstance(field, BaseSerializer)):
        return False
    relation = find_related(model, field.source_attrs[0]) if field.source_attrs else None
    if relation is None:
        return False
    kinds = ("view", "update") if many else ("view", "create", "update")
    target, actions = relation.related_model, [Action(kind, kind) for kind in kinds]
    return any(
        decide_for(guard.request, target, each).withheld or is_limited(guard.request, target, each)
        for each in actions
    )


def _hide(single: Any, guard: Guard, model: type[Model], action: Action) -> None:
    decision = decide_for(guard.request, model, action)
    columns = name_columns(model, decision.withheld)
    key = model._meta.pk.name
    for field in list(single.fields.values()):
        parts = _parts(field)
        closed = decision.reach is Reach.NONE and not {key, "pk"} & set(parts)
        closed |= "password" in parts and issubclass(model, get_user_model())
        if closed or any(part in columns for part in parts) or not _opens_path(field, guard, model):
            field.write_only = True
            if field.read_only:
                del single.fields[field.field_name]
            continue
        narrow_choices(field, guard)
        related = (
            find_related(model, field.source_attrs[0]) if len(field.source_attrs) == 1 else None
        )
        if related is not None:
            govern_link(field, related.related_model, guard)
        inner = getattr(field, "child", field)
        if isinstance(inner, Serializer):
            _hide(inner, guard, related.related_model if related is not None else model, VIEW)


def _opens_path(field: Any, guard: Guard, model: type[Model]) -> bool:
    """Whether a source such as `customer.email` leads only over rows and fields that the caller may
    all view.
    """
    *steps, last = field.source_attrs or [""]
    for position, step in enumerate(steps):
        relation = find_related(model, step)
        if relation is None:
            return True
        model = relation.related_model
        decision = decide_for(guard.request, model, VIEW)
        following = [*steps[position + 1 :], last][0]
        if decision.reach is not Reach.ALL_ROWS or following in name_columns(
            model, decision.withheld
        ):
            return False
    return True


def _blank_rows(single: Any, guard: Guard, model: type[Model]) -> None:
    """Show of a row that the caller may change and not view no more than its key."""
    if decide_for(guard.request, model, VIEW).reach is not Reach.OWN_ROWS:
        return
    represent, key = single.to_representation, model._meta.pk.name

    def show(row: Any) -> Any:
        shown = represent(row)
        if not isinstance(row, model) or guard.reaches(model, [row.pk]):
            return shown
        names = {
            field.field_name for field in single.fields.values() if {key, "pk"} & set(_parts(field))
        }
        return {name: value for name, value in shown.items() if name in names}

    single.to_representation = show


def _confirm_saves(serializer: Any, single: Any, guard: Guard, model: type[Model]) -> None:
    """Set the owner of a new row, and check every row after it is saved."""
    write = serializer.save

    def save(**values: Any) -> Any:
        owner = _find_new_owner(serializer, single, guard, model, values)
        several = owner is not None and owner.many_to_many
        saved = write(
            **({owner.name: guard.request.user} | values if owner and not several else values)
        )
        rows = [
            row for row in (saved if isinstance(saved, list) else [saved]) if isinstance(row, Model)
        ]
        for row in rows if several else ():
            getattr(row, owner.name).add(guard.request.user)
        guard.asked_rows = True
        guard.note(rows)
        return saved

    serializer.save = save


def _find_new_owner(
    serializer: Any, single: Any, guard: Guard, model: type[Model], values: Mapping[str, Any]
) -> Any:
    """Find the field by which new rows are given to the caller; `None` where the input, or nothing,
    names an owner.

    As on an entity's viewset, a caller who reaches all rows and may name an owner makes a row
    without one.
    """
    owner = find_owner_field(model)
    if (
        owner is None
        or serializer.instance is not None
        or not isinstance(guard.request.user, get_user_model())
    ):
        return None
    items = (
        serializer.validated_data
        if isinstance(serializer, ListSerializer)
        else [serializer.validated_data]
    )
    if owner.name in values or any(owner.name in item for item in items):
        return None
    is_named = any(
        field.source == owner.name and not field.read_only for field in single.fields.values()
    )
    is_free = is_named or (owner.unique and owner.null)
    limited = any(is_limited(guard.request, model, Action(kind, kind)) for kind in ACTIONS)
    return owner if limited or not is_free else None
