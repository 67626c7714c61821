"""Locks of rows that are about to be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import QuerySet


def lock_rows(rows: QuerySet[Any], action: str, of: tuple[str, ...] = ()) -> QuerySet[Any]:
    """Lock the rows as they are read, against all other writers.

    Other rows can be linked to a row meanwhile, unless it is deleted: PostgreSQL locks a row weakly
    when another row links to it. If a change excluded that lock too, the changes of two linked rows
    would wait for each other.
    """
    return rows.select_for_update(of=of, no_key=action != "destroy")


def is_lockable(rows: QuerySet[Any]) -> bool:
    """Whether PostgreSQL can lock the rows: not if they are grouped, distinct or numbered."""
    query = rows.query
    return not (
        query.annotations or query.distinct or query.combinator or query.is_sliced or query.group_by
    )
