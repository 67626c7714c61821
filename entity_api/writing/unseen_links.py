"""Links to one row that a statement writes without a look at the linked row.

The foreign key refuses a row that is not there. A look would find out no more where the caller may
link to every row. It would be a third of the statements that create a row.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import IntegrityError, connection
from rest_framework.exceptions import ValidationError

from entity_api.access import keep
from entity_api.description.registry import describe_entity
from entity_api.links import find_to_link, links_to_every_row

if TYPE_CHECKING:
    from entity_api.hooks import EntityHooks

# Returns the row that a link to one row leads to, by the name of the link and the row's key.
FindLinked = Callable[[str, Any], Any]
Written = TypeVar("Written")


def write_unseen(view: EntityHooks, data: Any, write: Callable[[FindLinked], Written]) -> Written:
    """Return what `write` returns: one statement that writes a row with this input.

    A refusal names every fault of the input, also a row that is not there. So what is refused is
    written once more, with a look.
    """
    links = describe_entity(type(view)).relations
    unseen = [name for name in links if name in data and _is_enough(view, name)]

    def look(name: str, key: Any) -> Any:
        return find_to_link(view, links[name], key)

    # In a transaction a foreign key is checked at its end, when the answer is made already.
    if not unseen or not connection.get_autocommit():
        return write(look)

    def find(name: str, key: Any) -> Any:
        return _refer(links[name].target, key) if name in unseen else look(name, key)

    try:
        return write(find)
    except (IntegrityError, ValidationError):
        return write(look)


def _is_enough(view: EntityHooks, name: str) -> bool:
    """Return whether the foreign key of a link finds out as much as a look."""
    return keep(view, ("unseen", name), partial(links_to_every_row, view, name))


def _refer(model: Any, key: Any) -> Any:
    """Return the row with this key, whose other columns are read if anything asks for them."""
    return model.from_db(None, [model._meta.pk.attname], [key])
