"""The DRF permission class through which every surface asks the policy: yes or no, which fields, which rows."""

from __future__ import annotations

from collections.abc import Hashable, Set
from typing import Any

from django.db.models import Model, QuerySet
from rest_framework.exceptions import APIException, NotAuthenticated, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from auth_core.policy.accounts import PROTECTED, narrow_to_unprotected, protects
from auth_core.policy.actions import decide, find_action, find_kind
from auth_core.policy.caller import roles_if_any, roles_of
from auth_core.policy.explanation import explain
from auth_core.policy.loading import current_policy
from auth_core.policy.ownership import find_key, narrow_to_own
from auth_core.policy.policy import Decision, Roles
from auth_core.policy.rule import Reach
from auth_core.policy.served import find_model, name_entity


class PolicyPermission(BasePermission):
    """Answers by permissions.toml for a view that serves a model; any other view is for every known caller.

    Besides DRF's own question a view may ask `permit_fields`, `narrow_rows` and `explain`, for any of its actions, and
    for the `standing` by which their answers can be kept.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """Let the request pass, or raise NotAuthenticated or PermissionDenied with the rule that decided."""
        model = find_model(view)
        if model is None:
            return bool(request.user and request.user.is_authenticated)
        policy, entity = current_policy(), name_entity(model)
        rule = find_action(view, policy, entity).rule
        try:
            roles = roles_if_any(request) if policy.is_public(entity, rule) else roles_of(request)
            if policy.decide(roles, entity, rule).reach is not Reach.NONE:
                return True
            raise NotAuthenticated if roles is None else PermissionDenied
        except APIException as refusal:
            refusal.explanation = explain(roles_if_any(request), entity, rule)  # type: ignore[attr-defined]
            raise

    def is_public(self, view: Any, action: str | None = None, field: str | None = None) -> bool:
        """Whether the view's action, or another one, needs no credentials, also with this field; OpenAPI asks."""
        model = find_model(view)
        if model is None:
            return False
        decision = _decide(view, None, model, action)
        return decision.reach is Reach.ALL_ROWS and field not in decision.withheld

    def explain(self, request: Request, view: Any, action: str, field: str | None) -> str:
        """Quote the rule that decides on the action, or on a field with it."""
        model = find_model(view)
        if model is None:
            return ""
        roles, asked = roles_if_any(request), find_action(view, current_policy(), name_entity(model), action)
        caller = None if roles is None else request.user
        reaches_all = current_policy().decide(roles, name_entity(model), asked.rule).reach is Reach.ALL_ROWS
        if not field and reaches_all and protects(model, asked.kind, caller):
            return PROTECTED
        return explain(roles, name_entity(model), asked.kind if field else asked.rule, field)

    def permit_fields(self, request: Request, view: Any, action: str, names: Set[str]) -> Set[str]:
        """Give those of the field names that the caller may read (`list`, `retrieve`) or write with the action."""
        model = find_model(view)
        if model is None:
            return names
        decision = _decide(view, roles_if_any(request), model, action)
        return names & {"id"} if decision.reach is Reach.NONE else names - decision.withheld

    def narrow_rows(self, request: Request, view: Any, action: str, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Give those of the rows that the caller reaches with the action: the same queryset where it is all of them."""
        model = find_model(view)
        if model is None:
            return rows
        roles = roles_if_any(request)
        reach = _decide(view, roles, model, action).reach
        if reach is Reach.NONE:
            return rows.none()
        # Bad credentials, which are as good as none, are refused by request.user again and again.
        caller = None if roles is None else request.user
        if reach is Reach.OWN_ROWS:
            rows = narrow_to_own(rows, caller)
        return narrow_to_unprotected(rows, caller) if protects(model, find_kind(view, action), caller) else rows

    def standing(self, request: Request, view: Any) -> Hashable:
        """Give what the answers for rows and fields follow from: whose is the same gets the same of every view."""
        roles, policy = roles_if_any(request), current_policy()
        return policy, roles, find_key(request.user) if policy.knows_own(roles) else None


def _decide(view: Any, roles: Roles, model: type[Model], action: str | None) -> Decision:
    policy, entity = current_policy(), name_entity(model)
    return decide(policy, roles, entity, find_action(view, policy, entity, action))
