"""Whether a write is one SQL statement or a transaction, and whether many rows are written at once.
This is decided here and nowhere else.

One statement needs no transaction around it and no lock. It is enough where the caller may write
all rows, the input names no link to many, and model, serializer and viewset write in the common
way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import connections
from django.db.models import Model

from entity_api.access import find_access
from entity_api.description.registry import describe_entity
from entity_api.row_locks import is_lockable
from entity_api.writing.ownership import has_many_owners
from statements.writing import is_plain

if TYPE_CHECKING:
    from entity_api.hooks import EntityHooks


@dataclass(frozen=True)
class Writing:
    """How a write is done, with the reason for a transaction."""

    is_statement: bool
    why: str


STATEMENT = Writing(is_statement=True, why="one statement")


def prepare_writing(view: EntityHooks, data: Any, action: str) -> Writing:
    """Return how the action is done with this input."""
    reason = explain_transaction(type(view)) or _explain_input(view, data, action)
    return Writing(is_statement=False, why=f"transaction: {reason}") if reason else STATEMENT


def _explain_input(view: EntityHooks, data: Any, action: str) -> str:
    """Return what in the input, or for this caller, needs a transaction; empty for nothing."""
    if not isinstance(data, Mapping) or not data:
        return "the input names no field"
    if not describe_entity(type(view)).stored_elsewhere.isdisjoint(data):
        return "the input changes what other rows store"
    if not is_plain(view.model):
        return f"{view.model.__name__} is saved in its own way"
    access = find_access(view, action)
    if access.key is None or access.checks_rows or not view.reaches_all(action):
        return "the caller may not write all rows"
    return ""


def can_write_at_once(view: EntityHooks, action: str, inputs: list[Any]) -> bool:
    """Return whether many rows can be written together: nothing looks at a single row.

    `inputs` are those of the rows; a deletion has none.
    """
    if explain_transaction(type(view)) or not is_plain(view.model):
        return False
    if action == "destroy" and (view.list_hooks("delete") or view.model.delete is not Model.delete):
        return False
    if find_access(view, action).checks_rows or not is_lockable(view.rows(action)):
        return False
    # A link to many is written after its row.
    later = describe_entity(type(view)).stored_elsewhere
    return all(isinstance(data, Mapping) and later.isdisjoint(data) for data in inputs)


@cache
def explain_transaction(viewset: type[EntityHooks]) -> str:
    """Return what in the classes needs a transaction for each write; empty for nothing."""
    hooks = viewset.list_hooks("rows", "row", "fields", "access", "write")
    if hooks:
        return f"{viewset.__name__}.{hooks[0]}"
    if viewset.keeps_history:
        return f"{viewset.__name__}.keeps_history"
    serializer = viewset.serializer_class
    if hooks := serializer.list_write_hooks():
        return f"{serializer.__name__}.{hooks[0]}"
    rows: Any = viewset.queryset
    if rows.query.has_filters():
        return f"{viewset.__name__}.queryset leaves out rows"
    if has_many_owners(serializer.Meta.model):
        return f"{serializer.Meta.model.__name__} has many owners"
    if not connections[rows.db].features.can_return_columns_from_insert:
        return "the database returns no written row"
    return ""
