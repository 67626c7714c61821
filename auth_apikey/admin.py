"""API keys in Django's admin: to be looked at, made and revoked, not changed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables

from api_http.admin_lists import BoundedList
from auth_apikey.forms import ApiKeyForm
from auth_apikey.models import ApiKey, ApiKeyQuerySet


@admin.register(ApiKey)
class ApiKeyAdmin(BoundedList):
    list_display = (
        "name",
        "user",
        "prefix",
        "created_at",
        "last_used_at",
        "expires_at",
        "revoked_at",
    )
    list_select_related = ("user",)
    list_filter = (
        ("revoked_at", admin.EmptyFieldListFilter),
        ("expires_at", admin.EmptyFieldListFilter),
        "created_at",
    )
    search_fields = ("name", "=prefix", f"user__{get_user_model().USERNAME_FIELD}")
    actions = ("revoke_selected",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let superusers alone make keys here: a key can do what its user can."""
        return bool(request.user.is_active and request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False

    @admin.action(description="Revoke the selected API keys", permissions=["delete"])
    def revoke_selected(self, request: HttpRequest, keys: ApiKeyQuerySet) -> None:
        ended = revoke_as_administrator(request, keys)
        text = f"Revoked {ended} of the selected keys; the others were revoked before."
        self.message_user(request, text, messages.SUCCESS)

    def delete_model(self, request: HttpRequest, obj: ApiKey) -> None:
        revoke_as_administrator(request, ApiKey.objects.filter(pk=obj.pk))
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        revoke_as_administrator(request, queryset)
        super().delete_queryset(request, queryset)

    @sensitive_variables("text")
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the form, and after it the key: in the page alone, as a message would be stored."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = ApiKeyForm(request.POST or None)
        if request.method == "POST" and form.is_valid() and (made := form.create(request)):
            key, text = made
            self.log_addition(request, key, [{"added": {}}])
            return self._show_page(request, "issued", key=key, text=text)
        return self._show_page(request, "add", form=form, media=self.media + form.media)

    def _show_page(self, request: HttpRequest, page: str, **context: Any) -> TemplateResponse:
        shared = self.admin_site.each_context(request)
        pages = reverse("admin:auth_apikey_apikey_changelist")
        context |= {"opts": self.opts, "title": "Add API key", "list": pages}
        return TemplateResponse(
            request, f"admin/auth_apikey/apikey/{page}.html", {**shared, **context}
        )


def revoke_as_administrator(request: HttpRequest, keys: ApiKeyQuerySet) -> int:
    # Without auth_core, which this needs, the start is refused by a check that is run after this
    # module's import.
    from auth_apikey.issuing import revoke_keys  # noqa: PLC0415

    users = get_user_model()._default_manager.filter(pk__in=keys.order_by().values("user"))
    facts: dict[str, Any] = {"request": request, "reason": "by an administrator"}
    return sum(revoke_keys(keys.filter(user=user), user, **facts) for user in users)
