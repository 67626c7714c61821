"""Changes of links, which are changes of the rows that they link: `updatedAt` moves with them.

A change of a to-many link touches the row that has it, and the rows at its other end whose link
changes. A to-one link is a column of its row, so a change of it touches that row alone. Otherwise
each new order would write to its product, and all orders of a product would wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Protocol

from django.db.models import Model, QuerySet
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from entity_api.description.link_fields import refuse_link
from entity_api.description.model_links import find_model_link, find_origin
from entity_api.writing.problems import Conflict

CHANGED = "updated_at"


class Linkable(Protocol):
    """The rows that the caller may link to (see entity_api/links.py)."""

    @property
    def rows(self) -> QuerySet[Any]: ...

    @property
    def is_limited(self) -> bool: ...

    def may_have(self, parent: Model) -> bool: ...

    def check(self, rows: Iterable[Model]) -> None: ...

    def confirm(self, keys: Iterable[Any]) -> None: ...


def change_links(
    instance: Model, name: str, verb: str, rows: list[Any], scope: Linkable | None
) -> bool:
    """Connect, disconnect or set the rows of a to-many link, setting those of the `scope` (`None`:
    of all) only.

    Return whether that changed any link. A row that has to have its link cannot lose it:
    ValidationError. PermissionDenied where the change takes a row out of the caller's reach.
    """
    manager = getattr(instance, name)
    linked = (
        manager.filter(pk__in=scope.rows.values("pk"))
        if scope and scope.is_limited
        else manager.all()
    )
    chosen = [row.pk for row in rows]
    gone = linked.exclude(pk__in=chosen) if verb == "set" else linked.filter(pk__in=chosen)
    freed = [] if verb == "connect" else list(gone)
    if scope:
        scope.check([*rows, *freed])
    lost = [row.pk for row in freed]
    if lost and not hasattr(manager, "remove"):
        raise ValidationError(["These cannot be without this link."])
    if chosen and verb != "disconnect" and scope and not scope.may_have(instance):
        refuse_link((0,))
    write = _write_pairs if hasattr(manager, "through") else _write_keys
    changed = write(manager, instance, lost, [] if verb == "disconnect" else chosen)
    if scope:
        scope.confirm([*chosen, *lost])
    return changed


def change_back_link(instance: Model, name: str, row: Any, scope: Linkable) -> bool:
    """Let the row hold a one-to-one link to the instance, in place of the row that does now.

    With `None` no row of the `scope` holds it. Return whether that changed any link. Raises
    ValidationError, PermissionDenied, and Conflict where a row out of the scope holds it.
    """
    origin = find_origin(find_model_link(type(instance), name))
    holders = origin.model._base_manager.filter(**{origin.name: instance})
    others = list(holders.exclude(pk=row.pk) if row else holders)
    known = set(scope.rows.filter(pk__in=[each.pk for each in others]).values_list("pk", flat=True))
    freed = [each for each in others if each.pk in known]
    scope.check([*([row] if row else []), *freed])
    if freed and not origin.null:
        raise ValidationError(["The row that holds this link now cannot be without it."])
    if row and len(freed) < len(others):
        raise Conflict("Another row holds this link.")
    if row and not scope.may_have(instance):
        refuse_link()
    changed = _set_key(freed, origin, None)
    if row and getattr(row, origin.attname) != getattr(instance, origin.target_field.attname):
        changed += _set_key([row], origin, instance)
    touched = [each.pk for each in (*freed, row) if each]
    _renew(instance, origin, touched)
    scope.confirm(touched)
    return changed > 0


def _renew(instance: Model, origin: Any, touched: Iterable[Any]) -> None:
    """Read the link of the instance anew if it was written as one of the linked rows."""
    if isinstance(instance, origin.model) and instance.pk in touched:
        instance.refresh_from_db(fields=[origin.name])


def _set_key(rows: list[Any], origin: Any, end: Model | None) -> int:
    if not rows:
        return 0
    found = origin.model._base_manager.filter(pk__in=[row.pk for row in rows])
    return int(found.update(**{origin.name: end}, **_stamp(origin.model)))


def _write_keys(manager: Any, instance: Model, lost: list[Any], chosen: list[Any]) -> bool:
    """Change the foreign keys of the rows at the other end, in one statement with their
    `updated_at`.
    """
    column, stamp = manager.field.name, _stamp(manager.model)
    changed = 0
    if lost:
        changed += manager.filter(pk__in=lost).update(**{column: None}, **stamp)
    if chosen:
        others = manager.model._base_manager.filter(pk__in=chosen).exclude(**{column: instance})
        changed += others.update(**{column: instance}, **stamp)
    _renew(instance, manager.field, [*lost, *chosen])
    return changed > 0


def _write_pairs(manager: Any, _: Model, lost: list[Any], chosen: list[Any]) -> bool:
    """Change the pairs of a many-to-many link."""
    present = set(manager.filter(pk__in=chosen).values_list("pk", flat=True)) if chosen else set()
    new = [key for key in chosen if key not in present]
    if lost:
        manager.remove(*lost)
    if new:
        manager.add(*new)
    if changed := {*lost, *new}:
        record_changes(manager.model._base_manager.filter(pk__in=changed))
    return bool(changed)


def record_change(instance: Any) -> None:
    """Set the time of change of a row, if its model has one."""
    model: type[Model] = type(instance)
    if stamps := list_stamps(model):
        instance.save(update_fields=stamps)


def touch(instance: Any) -> dict[str, Any]:
    """Put the time of change into a row that is saved later; return the changed field."""
    stamp = _stamp(type(instance))
    for name, value in stamp.items():
        setattr(instance, name, value)
    return stamp


def record_changes(rows: QuerySet[Any]) -> None:
    """Set the same time of change for several rows, in a single statement."""
    if stamp := _stamp(rows.model):
        rows.update(**stamp)


def _stamp(model: type[Model]) -> dict[str, Any]:
    row, fields = model(), map(model._meta.get_field, list_stamps(model))
    return {field.name: _make_stamp(field, row) for field in fields}


def _make_stamp(field: Any, row: Model) -> Any:
    if not getattr(field, "auto_now", False):
        return timezone.now()
    return field.pre_save(row, False)  # noqa: FBT003 (Django's signature)


def keeps_changes(model: type[Model]) -> bool:
    """Whether rows of the model have a time of change."""
    return bool(list_stamps(model))


@cache
def list_stamps(model: type[Model]) -> list[str]:
    """Return the fields that get a new time with each change of a row."""
    return [
        field.name
        for field in model._meta.concrete_fields
        if getattr(field, "auto_now", False) or field.name == CHANGED
    ]
