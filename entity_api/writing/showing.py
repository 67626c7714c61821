"""The answer to a write of one row over REST. GraphQL always reads it in the transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entity_api.description.registry import describe_entity
from entity_api.reading.presenting import Row, show_row
from entity_api.writing.conflicts import write_again
from entity_api.writing.problems import writing

if TYPE_CHECKING:
    from collections.abc import Callable

    from entity_api.hooks import EntityHooks


def write_and_show(view: EntityHooks, data: Any, write: Callable[[], Any]) -> Row:
    """Return the row that `write` writes with the input, in wire form.

    Where the database computes fields, that is a part of the transaction: a row for which it cannot
    compute them is not written.
    """
    if not describe_entity(type(view)).annotated:
        return show_row(view, write())

    def run() -> Row:
        with writing(view.model):
            return show_row(view, write())

    with view.prepare_write(data):
        return write_again(view, run)
