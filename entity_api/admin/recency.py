"""Actions that need a recent login, in the admin: what the viewset marks holds there too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest
from rest_framework.exceptions import APIException

from entity_api.admin.access import ADD, CHANGE, DELETE
from entity_api.description.registry import VIEWSETS

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin


class NeedsRecentLogins(ModelAdmin):
    """Refuses marked writes after an old login. Superusers are asked as well."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        require_recent(request, self.model, CHANGE if change else ADD)
        super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        require_recent(request, self.model, DELETE)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        require_recent(request, self.model, DELETE)
        super().delete_queryset(request, queryset)


def require_recent(request: HttpRequest, model: type[Model], *actions: str) -> None:
    """Raise PermissionDenied if a permission class wants a recent login for any of the actions."""
    viewset: Any = VIEWSETS.get(model)
    if viewset is None or not viewset.requires_recent_auth:
        return
    for action in actions:
        view = viewset(request=request, action=action, format_kwarg=None, args=(), kwargs={})
        for permission in _list_asking(view):
            try:
                permission.require_recent_auth(request, view)
            except APIException:
                text = "This needs a recent login. Log out, log in again, and repeat it."
                raise PermissionDenied(text) from None


def require_recent_for_rows(request: HttpRequest, formset: Any) -> None:
    """Raise PermissionDenied as require_recent() does, for what an inline is about to store."""
    changes = {
        ADD: any(form.has_changed() for form in formset.extra_forms),
        CHANGE: any(form.has_changed() for form in formset.initial_forms),
        DELETE: bool(formset.deleted_forms),
    }
    require_recent(request, formset.model, *(name for name, done in changes.items() if done))


def _list_asking(view: Any) -> Iterable[Any]:
    return (each for each in view.get_permissions() if hasattr(each, "require_recent_auth"))
