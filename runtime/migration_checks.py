"""A system check of migrations that are to be applied while the version before still serves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf
from typing import Any

from django.core import checks
from django.db import DatabaseError, connections
from django.db.migrations import Migration, operations
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import NOT_PROVIDED

_GONE = (
    operations.DeleteModel,
    operations.RemoveField,
    operations.RenameField,
    operations.RenameModel,
    operations.AlterModelTable,
)
_BLOCKING = (operations.AddIndex, operations.AddConstraint, operations.AlterUniqueTogether)
_RULES = (
    "Add first, and take away in a later release: docs/database.md has the rules. If no running "
    "version is disturbed, write `contracts = True` into the migration's class."
)


def check_migrations(
    databases: Sequence[str] | None = None, **_: object
) -> list[checks.CheckMessage]:
    """Warn of migrations not yet applied that the version before would not survive.

    Django runs it for `migrate` and for `check --database default`. An app without an applied
    migration is new to the database, so that nobody uses its tables. Versions do not share SQLite.
    """
    try:
        return [found for alias in databases or () for found in _inspect(alias)]
    except DatabaseError:
        return []


def _inspect(alias: str) -> Iterator[checks.CheckMessage]:
    connection = connections[alias]
    if connection.vendor == "sqlite":
        return
    executor = MigrationExecutor(connection)
    loader = executor.loader
    used = {label for label, _ in loader.applied_migrations}
    for migration, _ in executor.migration_plan(loader.graph.leaf_nodes()):
        if migration.app_label in used:
            for fault in find_unsafe_steps(loader, migration):
                yield checks.Warning(
                    f"The migration {migration.app_label}.{migration.name} {fault}.",
                    hint=_RULES,
                    id="runtime.W002",
                )


def find_unsafe_steps(loader: MigrationLoader, migration: Migration) -> Iterator[str]:
    """Yield a text for each step of the migration that breaks or blocks the version before."""
    if getattr(migration, "contracts", False):
        return
    label = migration.app_label
    state = loader.project_state((label, migration.name), at_end=False)
    # Tables that this migration makes are used by nobody yet.
    made: set[str] = set()
    for operation in migration.operations:
        if isinstance(operation, operations.CreateModel):
            made.add(operation.name_lower)
        for step in _list_steps(operation):
            if _name_table(step) not in made and (fault := _judge(step, state, label)):
                yield fault
        operation.state_forwards(label, state)


def _list_steps(operation: Operation) -> Sequence[Operation]:
    """Return the operations that reach the database."""
    if isinstance(operation, operations.SeparateDatabaseAndState):
        return [step for each in operation.database_operations for step in _list_steps(each)]
    return [operation]


def _name_table(step: Operation) -> str:
    """Return the folded name of the model that is changed, empty if none is named."""
    name = getattr(step, "model_name", None) or getattr(step, "name", None)
    return str(name or "").lower()


def _judge(step: Operation, state: ProjectState, label: str) -> str:
    """Return the step's fault, empty if the version before goes on undisturbed."""
    said = step.describe()
    # Those of django.contrib.postgres that do not block are classes below these.
    is_blocking = type(step) in _BLOCKING
    if isinstance(step, _GONE):
        return f"takes away what the version before uses ({said})"
    if isinstance(step, operations.AddField) and not _is_filled(step.field):
        return f"makes inserts of the version before fail ({said}: no null, no db_default)"
    if isinstance(step, operations.AlterField):
        before = state.models[label, step.model_name_lower].get_field(step.name)
        fault = _compare(before, step.field)
        return f"{fault} ({said})" if fault else ""
    return f"blocks writes while it reads the whole table ({said})" if is_blocking else ""


def _is_filled(field: Any) -> bool:
    """Whether the database fills the field of a row whose writer does not know it.

    Django's `default` is known to the new version only.
    """
    return bool(field.null or field.many_to_many or field.generated or _has_default(field))


def _has_default(field: Any) -> bool:
    return field.db_default is not NOT_PROVIDED


def _compare(before: Any, after: Any) -> str:
    kinds = before.get_internal_type(), after.get_internal_type()
    if before.null and not after.null:
        return "makes writes of the version before fail, as null is refused"
    if _has_default(before) and not _is_filled(after):
        return "makes inserts of the version before fail, as db_default is gone"
    if kinds[0] != kinds[1] and kinds != ("CharField", "TextField"):
        return "rewrites the column as another kind"
    if (after.max_length or inf) < (before.max_length or inf):
        return "makes writes of the version before fail, as the text may be shorter only"
    if (after.unique and not before.unique) or (after.db_index and not before.db_index):
        return "blocks writes while it makes an index"
    return ""
