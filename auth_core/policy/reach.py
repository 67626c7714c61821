"""The rows and columns that a caller reaches, as querysets and as names of the model."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, Q, QuerySet
from django.urls import URLResolver, get_resolver
from rest_framework.request import Request

from auth_core.caller import (
    find_caller,
    find_key,
    is_permitted,
    is_superuser,
    roles_if_any,
)
from auth_core.policy.accounts import find_unprotected, protects
from auth_core.policy.actions import Action, decide
from auth_core.policy.loading import current_policy
from auth_core.policy.ownership import CALLER, NOTHING, find_own
from auth_core.policy.policy import Decision
from auth_core.policy.rule import Reach
from auth_core.policy.served import fields_of, list_views, name_entity
from statements.parameters import fill

VIEW = Action("view", "view")


def decide_for(request: Request, model: type[Model], action: Action) -> Decision:
    """Look up what the request's caller reaches of a model with the action."""
    entity = name_entity(model)
    decision = decide(current_policy(), roles_if_any(request), entity, action)
    if is_permitted(request, action.rule, entity):
        return decision
    return Decision(Reach.NONE, decision.withheld)


def is_limited(request: Request, model: type[Model], action: Action) -> bool:
    """Whether the caller reaches fewer than all rows of a model with the action."""
    limited = decide_for(request, model, action).reach is not Reach.ALL_ROWS
    return limited or protects(model, action.kind, superuser=is_superuser(request))


def narrow(request: Request, action: Action, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return the rows that the caller may reach: the same queryset where it is all."""
    condition = find_condition(request, action, rows.model)
    if condition is None:
        return rows
    return rows.filter(fill(condition, {CALLER: find_key(find_caller(request))}))


def find_condition(request: Request, action: Action, model: type[Model]) -> Q | None:
    """Return the condition on the rows that the caller may reach; `None` for all rows.

    The caller's key is a parameter in it (see `find_own`).
    """
    reach, caller = decide_for(request, model, action).reach, find_caller(request)
    if reach is Reach.NONE:
        return NOTHING
    condition = None
    if reach is Reach.OWN_ROWS:
        # A comparison with `None` would find the rows that have no owner.
        condition = NOTHING if find_key(caller) is None else find_own(model)
    if protects(model, action.kind, superuser=is_superuser(request)):
        unprotected = find_unprotected(model, caller)
        condition = unprotected if condition is None else condition & unprotected
    return condition


def name_columns(model: type[Model], names: frozenset[str]) -> Mapping[str, str]:
    """Return the columns of a model behind field names of the policy, each with that name.

    A view of the model may show a column under another name than the policy's, so any served
    serializer's counts.
    """
    return _name_columns(get_resolver(), model, names) if names else {}


@lru_cache(maxsize=256)
def _name_columns(_: URLResolver, model: type[Model], names: frozenset[str]) -> Mapping[str, str]:
    columns = {name: name for name in names}
    for view in list_views().get(name_entity(model), ()):
        fields = fields_of(view)
        shown = ((name, fields[name]) for name in names if name in fields)
        columns |= {str(field.source): name for name, field in shown if field.source != "*"}
    return columns | {
        key: columns[name] for name in columns for key in _list_attributes(model, name)
    }


def _list_attributes(model: type[Model], column: str) -> set[str]:
    """Return the attributes of a column: `owner` and `owner_id`; `pk` for the primary key."""
    try:
        field: Any = model._meta.get_field(column)
    except FieldDoesNotExist:
        return set()
    key = {"pk"} if getattr(field, "primary_key", False) else set()
    return {field.name, getattr(field, "attname", field.name)} | key


def find_related(model: type[Model], attribute: str) -> Any:
    """Return the relation behind an attribute of a row; `None` for another attribute."""
    for field in model._meta.get_fields():
        reverse = field.auto_created and not field.concrete
        name = (
            field.get_accessor_name()
            if reverse and hasattr(field, "get_accessor_name")
            else field.name
        )
        if name == attribute:
            return field if field.is_relation and isinstance(field.related_model, type) else None
    return None
