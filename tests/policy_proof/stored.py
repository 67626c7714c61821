"""What the database holds of a row after a write."""

from __future__ import annotations

from functools import cache
from typing import Any

from statements.parameters import Parameter
from statements.statement import InstanceColumns, Statement
from tests.policy_proof.world import MODELS, Field, World, new_value


def read_row(entity: str, key: Any) -> Any:
    """Read a row anew. Each answer to a write is compared with it, so its SQL is compiled once."""
    columns, rows = _prepare(MODELS[entity])
    (row,) = rows.fetch(pk=key)
    return columns.build(row)


@cache
def _prepare(model: Any) -> tuple[InstanceColumns, Statement]:
    columns = InstanceColumns(model)
    rows = model.objects.filter(pk=Parameter("pk", model._meta.pk))
    return columns, Statement(rows.order_by().values_list(*columns.names))


def is_written(row: Any, field: Field, world: World) -> bool:
    """Whether the row now holds the new value."""
    match field.kind:
        case "one":
            return bool(getattr(row, f"{field.column}_id") == world.spare[field.target].pk)
        case "many":
            return bool(getattr(row, field.column).filter(pk=world.spare[field.target].pk).exists())
        case "roles":
            return [group.name for group in row.groups.all()] == world.new_roles
        case "secret":
            return bool(row.check_password("correct horse battery"))
    return bool(getattr(row, field.column) == new_value(field, world))
