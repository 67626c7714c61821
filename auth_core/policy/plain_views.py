"""Plain DRF views, which ask for yes or no only: each request's view is given a guard.

A view whose handlers ask the permission classes for rows and fields by themselves names these in
`asks_permissions`. Any other handler is watched, also an override of a named handler.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db.models import Model
from rest_framework.request import Request

from auth_core.policy.actions import Action
from auth_core.policy.guard import Guard
from auth_core.policy.reach import VIEW, decide_for, name_columns
from auth_core.policy.serializers import SEARCH, govern

NAME = "policy_guard"
OF_PAGES = (
    "page_query_param",
    "page_size_query_param",
    "limit_query_param",
    "offset_query_param",
    "cursor_query_param",
)


@cache
def asks_by_itself(view: Any, handler: str) -> bool:
    """Whether a view's handler, by its name, is named in `asks_permissions` and not overridden."""
    method = getattr(view, handler, None)
    naming = (cls for cls in view.__mro__ if handler in vars(cls).get("asks_permissions", ()))
    return any(getattr(cls, handler) is method for cls in naming)


def find_guard(view: Any) -> Guard | None:
    """Return the guard of a view; `None` for a view that asks by itself."""
    found: Guard | None = vars(view).get(NAME)
    return found


def guard(request: Request, view: Any, model: type[Model], action: Action) -> None:
    """Make a view's serializers obey from now on, and watch its handler where the caller is
    limited.
    """
    method = str(request.method).lower()
    handler = getattr(view, method, None) if method in view.http_method_names else None
    cls: Any = type(view)
    if handler is None or asks_by_itself(cls, getattr(view, "action", None) or method):
        return
    watcher = Guard(request, view, model, action)
    vars(view)[NAME] = watcher
    if make := getattr(view, "get_serializer", None):
        view.get_serializer = lambda *args, **kwargs: govern(make(*args, **kwargs), watcher)
    if method != "options" and watcher.decides:
        _refuse_searches(watcher, model)
        setattr(view, method, watcher.watch(handler))


def _refuse_searches(guard: Guard, model: type[Model]) -> None:
    """Raise PermissionDenied where the view could search or sort by a field that is hidden from the
    caller.
    """
    hidden = (
        decide_for(guard.request, model, VIEW).withheld
        | decide_for(guard.request, model, SEARCH).withheld
    )
    if getattr(guard.view, "lookup_field", None) in name_columns(model, hidden):
        raise guard.deny("You may not find these rows by a field that is hidden from you.")
    backends = getattr(guard.view, "filter_backends", ())
    if not hidden or all(getattr(backend, "asks_permissions", False) for backend in backends):
        return
    paginator = getattr(guard.view, "paginator", None)
    known = {getattr(paginator, name, None) for name in OF_PAGES}
    if asked := sorted(set(guard.request.query_params) - known):
        raise guard.deny(
            f"You may not search by {', '.join(asked)}: fields of these rows are hidden from you."
        )
