"""Writes of entities run again after a conflict of transactions, where nothing else comes of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.db.models import Model
from django.db.models.signals import post_delete, pre_delete

from entity_api.writing.deletions import FREED
from statements.conflicts import run_again
from statements.writing import is_plain

if TYPE_CHECKING:
    from entity_api.hooks import EntityHooks

Write = TypeVar("Write", bound=Callable[..., Any])
Written = TypeVar("Written")


def runs_again(write: Write) -> Write:
    """Let a use case that writes run again after a conflict, where that is safe."""

    @wraps(write)
    def run(view: EntityHooks, *args: Any, **kwargs: Any) -> Any:
        return write_again(view, partial(write, view, *args, **kwargs))

    return cast("Write", run)


def write_again(view: EntityHooks, write: Callable[[], Written]) -> Written:
    """Return what `write` returns, a write of the view's rows with all that is shown of them."""
    return run_again(write, partial(can_run_again, view))


def can_run_again(view: EntityHooks) -> bool:
    """Return whether no code of the project takes part in a write.

    Such code may do more than write to the database, and must not do it twice.
    """
    model = view.model
    hears = post_delete.has_listeners(model) or _has_receivers(model)
    return is_plain(model) and not hears and not _has_own_code(type(view))


def _has_receivers(model: type[Model]) -> bool:
    """Return whether there is a receiver of pre_delete besides the engine's, which only writes."""
    keys = [key for key, *_ in pre_delete.receivers]
    return any(sender in (id(model), id(None)) and name != FREED for name, sender in keys)


def _has_own_code(viewset: type[EntityHooks]) -> bool:
    serializer: Any = viewset.serializer_class
    own_delete = serializer.Meta.model.delete is not Model.delete
    hooks = viewset.list_hooks("row", "write", "delete")
    return bool(hooks or serializer.list_write_hooks() or own_delete)
