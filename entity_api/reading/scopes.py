"""The part of an entity that a caller may name in `where` and `orderBy`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from entity_api.description.registry import describe_entity
from entity_api.hooks import EntityHooks
from entity_api.opening import open_entity
from entity_api.query.scope import Scope

if TYPE_CHECKING:
    from django.db.models import Model
    from rest_framework.request import Request


def find_scope(view: EntityHooks, *, is_open: bool = False) -> Scope:
    """Return what the view's caller may name: no field that an answer would hide, no hidden row.

    With `is_open` the parameters of its conditions get their values later, from a statement.
    """
    rows = None if view.reaches_all("list") else view.rows("list", is_open=is_open)
    find = partial(_find_related, view.request, is_open=is_open)
    return Scope(describe_entity(type(view)), view.list_fields(), rows, find)


def _find_related(request: Request, model: type[Model], *, is_open: bool) -> Scope | None:
    target = open_entity(request, model, "list")
    return find_scope(target, is_open=is_open) if target else None
