"""The DRF filter backend by which plain views obey permissions.toml."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from auth_core.caller import find_caller, find_key
from auth_core.permissions import PolicyPermission
from auth_core.policy.actions import find_action
from auth_core.policy.loading import current_policy
from auth_core.policy.ownership import CALLER
from auth_core.policy.plain_views import find_guard
from auth_core.policy.reach import narrow
from auth_core.policy.served import name_entity
from statements.parameters import fill


class PolicyFilterBackend(BaseFilterBackend):
    """Gives a view the rows that its permission classes let the caller reach.

    A queryset that cannot be filtered any more, as it is sliced or combined, is left as it is. The
    view then counts as a view that has not asked for rows.
    """

    asks_permissions = True

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: Any
    ) -> QuerySet[Any]:
        """Narrow the rows."""
        if (
            not isinstance(queryset, QuerySet)
            or queryset.query.is_sliced
            or queryset.query.combinator
        ):
            return queryset
        for permission in view.get_permissions():
            queryset = _narrow(permission, request, view, queryset)
        return queryset


def _narrow(permission: Any, request: Request, view: Any, rows: QuerySet[Any]) -> QuerySet[Any]:
    action = getattr(view, "action", None)
    if isinstance(permission, PolicyPermission):
        # A view may filter rows of another model than its own. The rules of that entity count.
        if found := find_guard(view):
            found.asked_rows = True
        entity = name_entity(rows.model)
        return narrow(request, find_action(view, current_policy(), entity, action), rows)
    ask = getattr(permission, "visible_rows", None)
    condition = ask(request, view, action) if ask else None
    if condition is None:
        return rows
    return rows.filter(fill(condition, {CALLER: find_key(find_caller(request))}))
