"""The use cases that write entities: create, update, delete, and changes of links.

REST, GraphQL and the admin share them. `view` is a viewset that was opened for the caller and the
action. Each use case is a transaction, or one statement (see `prepare_writing`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured

from entity_api.access import deny_field, deny_result, deny_row
from entity_api.description.keys import parse_key
from entity_api.description.link_fields import choose_rows, find_linked
from entity_api.description.serializer import EntitySerializer
from entity_api.description.serializer_choice import confirm_serializer
from entity_api.description.shared_fields import can_share, open_shared
from entity_api.links import find_link_scope
from entity_api.writing.conflicts import runs_again
from entity_api.writing.decision import prepare_writing
from entity_api.writing.history import note_change, note_creation, note_deletion
from entity_api.writing.link_changes import change_links, list_stamps, record_change
from entity_api.writing.link_locks import list_links_elsewhere, lock_bodies, lock_ends
from entity_api.writing.new_rows import make_row
from entity_api.writing.ownership import find_new_owner
from entity_api.writing.problems import writing
from entity_api.writing.unseen_links import FindLinked, write_unseen
from statements.writing import insert, update

if TYPE_CHECKING:
    from entity_api.description.entity import Relation
    from entity_api.hooks import EntityHooks

# A condition on the row, asked when it is locked and before it is changed. It raises to refuse.
Require = Callable[[Any], None]


@runs_again
def create_row(view: EntityHooks, data: Any) -> Any:
    """Create a row from input in wire form and return it.

    Raises PermissionDenied, NotAuthenticated, ValidationError or Conflict.
    """
    refuse_hidden_fields(view, data, "create")
    way = prepare_writing(view, data, "create")
    with view.prepare_write(data), writing(view.model, alone=way.is_statement):
        if way.is_statement:
            return write_unseen(view, data, partial(_create_at_once, view, data))
        if list_links_elsewhere(view, data):
            lock_bodies(view, [(None, data)], "partial_update")
        row = _save(view, view.get_serializer(data=data), "create")
        note_creation(view, row)
        return row


@runs_again
def update_row(view: EntityHooks, key: str, data: Any, require: Require | None = None) -> Any:
    """Change fields of a row and return it.

    Raises NotFound, PermissionDenied, NotAuthenticated, ValidationError, Conflict, and the
    errors of `require`.
    """
    refuse_hidden_fields(view, data, "partial_update")
    if require is None and prepare_writing(view, data, "partial_update").is_statement:
        with writing(view.model, alone=True):
            return write_unseen(view, data, partial(_update_at_once, view, key, data))
    with view.prepare_write(data), writing(view.model):
        if list_links_elsewhere(view, data):
            lock_bodies(view, [(key, data)], "partial_update")
        row = view.find(key, "partial_update", lock=True)
        if require:
            require(row)
        row = _save(view, view.get_serializer(row, data=data, partial=True), "partial_update")
        note_change(view, row, data)
        return row


@runs_again
def delete_row(
    view: EntityHooks, key: str, show: Callable[[Any], Any], require: Require | None = None
) -> Any:
    """Delete a row and return what `show` made of it before.

    Raises NotFound, the errors of `require`, and Conflict if other rows need the row.
    """
    with writing(view.model):
        row = view.find(key, "destroy", lock=True)
        if require:
            require(row)
        shown = show(row)
        note_deletion(view, row)
        view.perform_destroy(row)
    return shown


@runs_again
def change_linked(
    view: EntityHooks,
    key: str,
    relation: Relation,
    verb: str,
    data: Any,
    require: Require | None = None,
) -> Any:
    """Connect, set or disconnect the rows that `data` names, and return the parent, the row `key`.

    Raises NotFound, PermissionDenied, NotAuthenticated, ValidationError, Conflict, and the
    errors of `require` for the parent.
    """
    with writing(relation.target, from_body=False):
        lock_ends(view.model, key, relation, verb, data)
        parent = view.find(key, "partial_update", lock=True)
        scope = find_link_scope(view, relation)
        if require:
            require(parent)
        rows = find_linked(choose_rows(scope, verb), data)
        if change_links(parent, relation.field, verb, rows, scope):
            record_change(parent)
            note_change(view, parent, [relation.name])
        # The link may be what makes the parent the caller's.
        if not view.keeps("partial_update", [parent.pk]):
            raise deny_result(view, "partial_update")
    return parent


def refuse_hidden_fields(view: EntityHooks, data: Any, action: str) -> None:
    """Raise PermissionDenied or NotAuthenticated for a field that the caller may not write."""
    permitted = view.permit(action)
    for name in data if isinstance(data, Mapping) else ():
        if name in view.field_names and name not in permitted:
            raise deny_field(view, action, name)


def _create_at_once(view: EntityHooks, data: Any, find_linked: FindLinked) -> Any:
    """Create the row by one statement. No hook sees it or its serializer."""
    serializer = _open_serializer(view, data, find_linked, partial=False)
    serializer.is_valid(raise_exception=True)
    if owner := find_new_owner(view, serializer):
        owner.put(serializer.validated_data)
    row = make_row(view.model, serializer.validated_data)
    insert(row)
    return row


def _update_at_once(view: EntityHooks, key: str, data: Any, find_linked: FindLinked) -> Any:
    """Change the fields by one statement. A missing row is refused before a wrong input."""
    serializer = _open_serializer(view, data, find_linked, partial=True)
    parsed = parse_key(view.model, key)
    if parsed is None or not serializer.is_valid():
        view.find(key, "partial_update")
        serializer.is_valid(raise_exception=True)
    row = update(view.model, parsed, serializer.validated_data, always=list_stamps(view.model))
    if row is None:
        raise deny_row(view, "partial_update")
    return row


def _open_serializer(
    view: EntityHooks, data: Any, find_linked: FindLinked, *, partial: bool
) -> Any:
    context = {**view.get_serializer_context(), "find_to_link": find_linked}
    if can_share(view.serializer_class, EntitySerializer):
        return open_shared(view.serializer_class, data, context, partial=partial)
    serializer: Any = view.get_serializer(data=data, partial=partial)
    serializer.context["find_to_link"] = find_linked
    return serializer


def _save(view: EntityHooks, serializer: Any, action: str) -> Any:
    confirm_serializer(view, type(serializer))
    serializer.is_valid(raise_exception=True)
    owner = find_new_owner(view, serializer)
    if owner:
        owner.put(serializer.validated_data)
    perform = view.perform_create if action == "create" else view.perform_update
    perform(serializer)
    row = serializer.instance
    if row is None:
        raise ImproperlyConfigured(
            f"{type(view).__name__}.perform_create() saves nothing: call serializer.save()."
        )
    if owner:
        owner.add(row)
    # A caller who may write only some rows must not create a row or move one outside of them.
    if not view.keeps(action, [row.pk]):
        raise deny_result(view, action)
    return row
