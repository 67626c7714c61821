"""Translates the names of actions: from DRF's and a view's own to the policy's."""

from __future__ import annotations

from typing import Any, NamedTuple

from rest_framework.mixins import CreateModelMixin, ListModelMixin, RetrieveModelMixin
from rest_framework.permissions import SAFE_METHODS

from auth_core.caller import Roles
from auth_core.policy.policy import ACTIONS, Decision, Policy

# DRF's names, and those of an entity's viewset: a route to many reads or changes its parent.
OF_VIEWSETS = {
    "list": "search",
    "retrieve": "view",
    "create": "create",
    "partial_update": "update",
    "update": "update",
    "destroy": "delete",
    "list_links": "view",
    "connect_links": "update",
    "set_links": "update",
    "disconnect_links": "update",
}


class Action(NamedTuple):
    """An action in the policy's words.

    `rule` is the rule that decides about the call and the rows: for an own action its name, if the
    file has that name. `kind` is the action of the five whose field rules hold.
    """

    rule: str
    kind: str


def find_action(view: Any, policy: Policy, entity: str, name: str | None = None) -> Action:
    """Translate the name of a view's action; without a name, that of the action which the view is
    answering.
    """
    name = name or getattr(view, "action", None)
    kind = find_kind(view, name)
    return Action(name if name and policy.names_own(entity, name) else kind, kind)


def find_kind(view: Any, name: str | None) -> str:
    """Return which of the five actions a view's action is. An own action counts by its method."""
    if name in OF_VIEWSETS:
        return OF_VIEWSETS[name]
    method = getattr(getattr(view, "request", None), "method", None)
    if method in SAFE_METHODS:
        return "view" if _is_about_one_row(view) else "search"
    return _find_change(view, method) if not hasattr(view, "action") else "update"


def decide(policy: Policy, roles: Roles, entity: str, action: Action) -> Decision:
    """Look up which rows a caller reaches with the action, and which fields are withheld."""
    if action.rule == action.kind or not policy.names_own(entity, action.rule):
        return policy.decide(roles, entity, action.kind)
    decision = policy.decide(roles, entity, action.rule)
    return Decision(decision.reach, policy.decide(roles, entity, action.kind).withheld)


def _find_change(view: Any, method: str | None) -> str:
    """Return what a changing method of a generic view does, which has no actions."""
    if method == "DELETE":
        return "delete"
    creates = method == "POST" and (
        isinstance(view, CreateModelMixin) or not _is_about_one_row(view)
    )
    return "create" if creates else "update"


def _is_about_one_row(view: Any) -> bool:
    if hasattr(view, "action"):
        return bool(getattr(view, "detail", True))
    if isinstance(view, RetrieveModelMixin) and not isinstance(view, ListModelMixin):
        return True
    names = getattr(view, "kwargs", None) or {}
    key = getattr(view, "lookup_url_kwarg", None) or getattr(view, "lookup_field", None)
    return key in names if key else bool(names)


def list_own_actions(viewset: Any) -> list[str]:
    """Return the own actions of a viewset. The policy may name them."""
    extra: list[Any] = getattr(viewset, "get_extra_actions", list)()
    names = (name for action in extra for name in action.mapping.values())
    return [
        name for name in dict.fromkeys(names) if name not in OF_VIEWSETS and name not in ACTIONS
    ]
