"""The DRF permission class through which every surface asks the policy: yes or no, which fields,
which rows.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import Model, Q
from django.http import HttpRequest
from rest_framework.exceptions import APIException, NotAuthenticated, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from auth_core.caller import (
    Roles,
    find_caller,
    find_key,
    find_limit,
    find_provider,
    is_accepted,
    is_superuser,
    require_known,
    require_permitted,
    roles_if_any,
    roles_of,
)
from auth_core.policy.accounts import PROTECTED, protects
from auth_core.policy.actions import OF_VIEWSETS, decide, find_action
from auth_core.policy.explanation import explain, list_rules
from auth_core.policy.loading import current_policy, read_source
from auth_core.policy.ownership import NOTHING
from auth_core.policy.plain_views import NAME, asks_by_itself, find_guard, guard
from auth_core.policy.policy import ALWAYS_SEEN, Decision, Policy
from auth_core.policy.reach import decide_for, find_condition
from auth_core.policy.rule import Reach
from auth_core.policy.served import find_model, find_model_by_asking, name_entity
from auth_core.recent_authentication import require_recent_auth
from runtime.tracing import traced

Method = TypeVar("Method", bound=Callable[..., Any])


def follow_visible_rows(method: Method) -> Method:
    """Mark a has_object_permission that permits every row which meets `visible_rows`.

    The engine does not show it the rows that it reads (entity_api/access.py).
    """
    vars(method)["follows_visible_rows"] = True
    return method


class PolicyPermission(BasePermission):
    """Answers by permissions.toml for a view that serves a model; any other view is for every known
    caller.

    Besides DRF's own question a view may ask `allowed_fields`, `visible_rows` and `explain` for any
    of its actions, and the `access_key` under which it may keep the answers. A view that does not
    ask is guarded: its serializers follow the file, and an answer is refused if the view has not
    asked for its rows (auth_core/policy/plain_views.py).
    """

    asks_limit = True

    @traced("policy")
    def has_permission(self, request: Request, view: Any) -> bool:
        """Let the request pass, or raise NotAuthenticated or PermissionDenied with the rule that
        decided, and RecentAuthRequired for an action that needs a recent authentication.
        """
        permitted = self._permits(request, view)
        if permitted:
            self.require_recent_auth(request, view)
        return permitted

    def require_recent_auth(self, request: Request | HttpRequest, view: Any) -> None:
        """Raise RecentAuthRequired if the view marks its action, and the caller authenticated too
        long ago. Costs no query.
        """
        if getattr(view, "requires_recent_auth", ()) and _is_marked(view):
            require_recent_auth(request)

    def _permits(self, request: Request, view: Any) -> bool:
        policy = read_source(settings.PERMISSIONS_FILE).policy
        cls: Any = type(view)
        if getattr(cls, "providers", None) is not None and not is_accepted(request, view):
            raise NotAuthenticated
        known = _find_known(policy, cls, getattr(view, "action", None))
        if known:
            _admit(request, policy, *known)
            return True
        model = find_model(view) or _ask_for_model(request, view)
        if model is None:
            return require_known(request)
        entity = name_entity(model)
        action = find_action(view, policy, entity)
        _admit(request, policy, entity, action.rule)
        guard(request, view, model, action)
        return True

    @follow_visible_rows
    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        """Raise NotFound for a row that the caller does not reach; a view that asks for rows is not
        asked twice.
        """
        if found := find_guard(view):
            found.admit(obj)
        return True

    def is_public(self, view: Any, action: str | None = None, field: str | None = None) -> bool:
        """Whether the action needs no credentials, also with this field. OpenAPI asks."""
        model = find_model(view)
        if model is None:
            return False
        decision = _decide(view, None, model, action)
        return decision.reach is Reach.ALL_ROWS and field not in decision.withheld

    def may_withhold(self, view: Any, field: str) -> bool:
        """Whether a caller may see a row without this field. OpenAPI asks."""
        model = find_model(view)
        if model is None or field in ALWAYS_SEEN:
            return False
        policy, entity = current_policy(), name_entity(model)
        return any(field in policy.field_rules(entity, action) for action in ("view", "search"))

    def explain(self, request: Request, view: Any, action: str, field: str | None) -> str:
        """Quote the rule that decides on the action, or on a field with it."""
        model = find_model(view)
        if model is None:
            return ""
        policy, entity, roles = current_policy(), name_entity(model), roles_if_any(request)
        asked = find_action(view, policy, entity, action)
        reaches_all = policy.decide(roles, entity, asked.rule).reach is Reach.ALL_ROWS
        is_protected = protects(model, asked.kind, superuser=is_superuser(request))
        if reaches_all and is_protected and not field:
            return PROTECTED
        return explain(roles, entity, asked.kind if field else asked.rule, field)

    def describe_rules(self, entity: str) -> dict[str, str]:
        """Return the rules of the entity by action, for `manage.py entities`."""
        return list_rules(entity)

    def allowed_fields(self, request: Request, view: Any, action: str) -> frozenset[str] | None:
        """Return the names of the fields that the caller may read or write; `None` for all of them.

        The view has the names of all its fields in `field_names`.
        """
        model = find_model(view)
        if model is None:
            return None
        if found := find_guard(view):
            found.asked_fields = True
        asked = find_action(view, current_policy(), name_entity(model), action)
        decision = decide_for(request, model, asked)
        if decision.reach is Reach.NONE or not is_accepted(request, view):
            return ALWAYS_SEEN
        names: frozenset[str] = view.field_names
        return names - decision.withheld if decision.withheld else None

    def visible_rows(self, request: Request, view: Any, action: str | None) -> Q | None:
        """Return the condition on the rows that the caller may reach with the action; `None` for
        all.

        The caller's key is the parameter "caller" in it, so the condition is the same for all
        callers with one `access_key`.
        """
        model = find_model(view)
        if model is None:
            return NOTHING
        if found := find_guard(view):
            found.asked_rows = True
        if not is_accepted(request, view):
            return NOTHING
        action_of_policy = find_action(view, current_policy(), name_entity(model), action)
        return find_condition(request, action_of_policy, model)

    def access_key(self, request: Request, view: Any) -> Hashable:
        """Return a key: callers with equal keys get equal fields and rows of every view."""
        if NAME in vars(view) and (found := find_guard(view)):
            # A reading that is kept under this key was made from the answers for rows and fields.
            found.asked_rows = found.asked_fields = True
        limit = find_limit(request)
        # Callers without a key own nothing, and superusers may change more accounts than others.
        return (
            read_source(settings.PERMISSIONS_FILE).policy,
            roles_if_any(request),
            find_key(find_caller(request)) is None,
            is_superuser(request),
            limit and (limit.actions, limit.entities),
            # A view may name its providers.
            find_provider(request),
        )


def _is_marked(view: Any) -> bool:
    """Whether the view marks its action, by its name or by the rule that decides about it."""
    marked, model = view.requires_recent_auth, find_model(view)
    if marked is True:
        return True
    rules = [] if model is None else [find_action(view, current_policy(), name_entity(model)).rule]
    return not {getattr(view, "action", None), *rules}.isdisjoint(marked)


@lru_cache(maxsize=512)
def _find_known(policy: Policy, view: Any, action: str | None) -> tuple[str, str] | None:
    """Return the entity and the rule that decide on a view's action, for a view without a guard.

    None for a view that does not ask for rows and fields by itself, and for an action of its own.
    """
    model = find_model(view)
    if model is None or action not in OF_VIEWSETS or not asks_by_itself(view, action):
        return None
    entity = name_entity(model)
    return entity, find_action(view, policy, entity, action).rule


def _admit(request: Request, policy: Policy, entity: str, rule: str) -> None:
    """Raise NotAuthenticated or PermissionDenied, with its explanation, if the rule is closed."""
    try:
        public = _find_reach(policy, entity, rule, None) is Reach.ALL_ROWS
        roles = roles_if_any(request) if public else roles_of(request)
        require_permitted(request, rule, entity)
        if _find_reach(policy, entity, rule, roles) is Reach.NONE:
            raise NotAuthenticated if roles is None else PermissionDenied
    except APIException as refusal:
        refusal.explanation = explain(roles_if_any(request), entity, rule)  # type: ignore[attr-defined]
        raise


@lru_cache(maxsize=2_048)
def _find_reach(policy: Policy, entity: str, rule: str, roles: Roles) -> Reach:
    """Return the rows that callers with these roles reach. There are few sets of roles."""
    return policy.decide(roles, entity, rule).reach


def _ask_for_model(request: Request, view: Any) -> type[Model] | None:
    """Find the model of a view that makes its queryset. It may need a known caller for that."""
    try:
        return find_model_by_asking(view)
    except Exception:
        if request.user and request.user.is_authenticated:
            raise
        raise NotAuthenticated from None


def _decide(view: Any, roles: Roles, model: type[Model], action: str | None) -> Decision:
    policy, entity = current_policy(), name_entity(model)
    return decide(policy, roles, entity, find_action(view, policy, entity, action))
