"""The use cases that write many rows at once: all of them are written, or none.

The rows of a plain entity take a number of statements that does not grow with their number. The
rows of others are written one after the other. The faults of a row stand under its index.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from rest_framework.exceptions import APIException, ValidationError

from entity_api.access import deny_result, deny_row
from entity_api.description.keys import parse_key
from entity_api.description.registry import describe_entity
from entity_api.description.serializer_choice import confirm_serializer
from entity_api.links import find_many_to_link, find_to_link
from entity_api.reading.presenting import Show, show_each
from entity_api.row_locks import lock_rows
from entity_api.writing.conflicts import runs_again
from entity_api.writing.decision import can_write_at_once
from entity_api.writing.link_changes import touch
from entity_api.writing.link_locks import lock_bodies
from entity_api.writing.many_inputs import (
    Changes,
    Items,
    place_refusal,
    read_changes,
    read_items,
    read_keys,
)
from entity_api.writing.new_rows import make_row
from entity_api.writing.operations import (
    create_row,
    delete_row,
    refuse_hidden_fields,
    update_row,
)
from entity_api.writing.ownership import find_new_owner
from entity_api.writing.problems import Conflict, explain_refusal, writing

if TYPE_CHECKING:
    from entity_api.hooks import EntityHooks

Rows = list[Any]


@runs_again
def create_rows(view: EntityHooks, items: Any, show: Show) -> list[Any]:
    """Create a row for each input in wire form, and return the rows as `show` writes them.

    Raises ValidationError, Conflict, PermissionDenied or NotAuthenticated.
    """
    inputs = read_items(items)
    is_quick = can_write_at_once(view, "create", inputs)
    quick = partial(_insert, view, inputs) if is_quick else None
    with _prepare(view, inputs), writing(view.model):
        lock = partial(lock_bodies, view, [(None, data) for data in inputs], "partial_update")
        rows = _write(view, inputs, quick, lock, partial(create_row, view))
        return show_each(view, rows, show)


@runs_again
def update_rows(view: EntityHooks, items: Any, show: Show) -> list[Any]:
    """Change a row for each `{"id": "…"}` with fields, and return the rows as `show` writes them.

    Raises NotFound too, for a row that the caller may not change.
    """
    changes = read_changes(items)
    inputs = [data for _, data in changes]
    is_quick = can_write_at_once(view, "partial_update", inputs)
    quick = partial(_update, view, changes) if is_quick else None
    with _prepare(view, inputs), writing(view.model):
        lock = partial(lock_bodies, view, changes, "partial_update")
        rows = _write(view, changes, quick, lock, lambda change: update_row(view, *change))
        return show_each(view, rows, show)


@runs_again
def delete_rows(view: EntityHooks, items: Any, show: Show) -> list[Any]:
    """Delete the row of each `{"id": "…"}`, and return the rows as they were.

    Raises NotFound, and Conflict if other rows need a row.
    """
    keys = read_keys(items)
    is_quick = can_write_at_once(view, "destroy", [])
    quick = partial(_delete, view, keys, show) if is_quick else None
    with writing(view.model):
        lock = partial(lock_bodies, view, [(key, None) for key in keys], "destroy")
        return _write(view, keys, quick, lock, partial(_delete_one, view, show))


@contextmanager
def _prepare(view: EntityHooks, inputs: Items) -> Iterator[None]:
    with ExitStack() as prepared:
        for index, data in enumerate(inputs):
            try:
                prepared.enter_context(view.prepare_write(data))
            except ValidationError as error:
                raise place_refusal(error, index) from None
        yield


def _write(
    view: EntityHooks,
    items: Items,
    quick: Callable[[], Rows] | None,
    lock: Callable[[], None],
    write: Callable[[Any], Any],
) -> Rows:
    """Write the rows at once, else one by one, which shows the index of a row that is refused."""
    if quick:
        try:
            with transaction.atomic():
                return quick()
        except (IntegrityError, Conflict):
            pass
    # One by one they would be locked in the order of the input.
    lock()
    return _write_each(view, items, write)


def _write_each(view: EntityHooks, items: Items, write: Callable[[Any], Any]) -> Rows:
    """Write the rows one by one. An invalid row does not hide the faults of the rows after it."""
    faults: dict[str, Any] = {}
    written = []
    for index, item in enumerate(items):
        try:
            # A savepoint: after a refusal the database answers what the broken rule is.
            with transaction.atomic():
                written.append(write(item))
        except ValidationError as error:
            faults[str(index)] = error.detail
        except IntegrityError as error:
            raise place_refusal(explain_refusal(error, view.model), index) from None
        except APIException as error:
            raise place_refusal(error, index) from None
    if faults:
        raise ValidationError(faults)
    return written


def _insert(view: EntityHooks, items: Items) -> Rows:
    _refuse_hidden(view, items, "create")
    serializers = _validate(view, [(None, data) for data in items])
    rows = []
    for serializer in serializers:
        owner = find_new_owner(view, serializer)
        if owner:
            owner.put(serializer.validated_data)
        rows.append(make_row(view.model, serializer.validated_data))
    view.model._base_manager.bulk_create(rows)
    return _confirm(view, rows, "create")


def _update(view: EntityHooks, changes: Changes) -> Rows:
    inputs = [data for _, data in changes]
    _refuse_hidden(view, inputs, "partial_update")
    rows = _lock(view, [key for key, _ in changes], "partial_update")
    serializers = _validate(view, list(zip(rows, inputs, strict=True)))
    written, fields = [], set[str]()
    for row, serializer in zip(rows, serializers, strict=True):
        for name, value in serializer.validated_data.items():
            setattr(row, name, value)
        if serializer.validated_data:
            written.append(row)
            fields |= {*serializer.validated_data, *touch(row)}
    if written:
        view.model._base_manager.bulk_update(written, fields)
    return _confirm(view, rows, "partial_update")


def _delete(view: EntityHooks, keys: list[str], show: Show) -> list[Any]:
    rows = _lock(view, keys, "destroy")
    shown = show_each(view, rows, show)
    view.model._base_manager.filter(pk__in=[row.pk for row in rows]).delete()
    return shown


def _delete_one(view: EntityHooks, show: Show, key: str) -> Any:
    return delete_row(view, key, lambda row: show_each(view, [row], show)[0])


def _refuse_hidden(view: EntityHooks, inputs: Items, action: str) -> None:
    for index, data in enumerate(inputs):
        try:
            refuse_hidden_fields(view, data, action)
        except APIException as error:
            raise place_refusal(error, index) from None


def _lock(view: EntityHooks, keys: list[str], action: str) -> Rows:
    """Return the rows with these ids, in this order and locked. Raises NotFound."""
    parsed = [parse_key(view.model, key) for key in keys]
    # In the order of their ids, so that two writers of the same rows do not wait for each other.
    rows = view.rows(action).filter(pk__in=[key for key in parsed if key]).order_by("pk")
    found = {row.pk: row for row in lock_rows(rows, action, of=("self",))}
    for index, key in enumerate(parsed):
        if key not in found:
            raise place_refusal(deny_row(view, action), index)
    return [found[key] for key in parsed]


def _validate(view: EntityHooks, inputs: list[tuple[Any, Any]]) -> list[Any]:
    """Return the serializers of (row, input), all of them valid. Raises ValidationError."""
    find = _find_links(view, [data for _, data in inputs])
    serializers: list[Any] = []
    faults: dict[str, Any] = {}
    for index, (row, data) in enumerate(inputs):
        serializer: Any = view.get_serializer(row, data=data, partial=row is not None)
        confirm_serializer(view, type(serializer))
        serializer.context["find_to_link"] = find
        if not serializer.is_valid():
            faults[str(index)] = serializer.errors
        serializers.append(serializer)
    if faults:
        raise ValidationError(faults)
    return serializers


def _find_links(view: EntityHooks, inputs: Items) -> Callable[[str, Any], Any]:
    """Return a function that finds the row of a link: one query for all rows of a relation."""
    relations = describe_entity(type(view)).relations
    found = {
        name: find_many_to_link(view, link, [data.get(name) for data in inputs])
        for name, link in relations.items()
        if not link.is_stored_elsewhere
    }

    def find(name: str, key: Any) -> Any:
        known = found[name]
        return find_to_link(view, relations[name], key) if known is None else known.get(key)

    return find


def _confirm(view: EntityHooks, rows: Rows, action: str) -> Rows:
    # A caller who may write only some rows must not create a row or move one outside of them.
    if not view.keeps(action, [row.pk for row in rows]):
        raise deny_result(view, action)
    return rows
