"""The admin's share: its login goes through the lock, and the audit can be read there."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from api_http.admin_lists import BoundedList
from auth_core.admin_login import GuardedLoginForm
from auth_core.admin_password import change_own_password
from auth_core.admin_unlock import unlock
from auth_core.audit_chart import draw_days
from auth_core.models import AuthEvent
from auth_core.registry import installed_providers
from auth_core.signals import SESSION

# Long texts without spaces wrap in a column of this width, so that the list fits the window.
WRAPPED = '<small style="display: block; width: {}; overflow-wrap: anywhere">{}</small>'

admin.site.login_form = GuardedLoginForm
admin.site.password_change = change_own_password  # type: ignore[method-assign, assignment]


class ProviderFilter(admin.SimpleListFilter):
    """Offers the installed providers. Django's own would look for them in all events."""

    title = parameter_name = "provider"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        names = {SESSION, *(provider.name for provider in installed_providers())}
        return [(name, name) for name in sorted(names)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(provider=self.value()) if self.value() else queryset


@admin.register(AuthEvent)
class AuthEventAdmin(BoundedList):
    """Shows events. No right allows a change."""

    list_display = (
        "at",
        "event",
        "detail",
        "username",
        "actor_name",
        "provider",
        "address",
        "client",
        "request",
    )
    fields = (
        *("at", "event", "detail", "user", "username", "actor"),
        *("provider", "address", "agent", "request_id"),
    )
    readonly_fields = fields
    list_select_related = ("actor",)
    list_filter = ("event", ProviderFilter, "at")
    search_fields = ("username", "^address", "=detail", "=request_id")
    search_help_text = "User name, beginning of an address, reason of a failure, or request id"
    change_list_template = "auth_core/events.html"

    @admin.display(description="actor")
    def actor_name(self, event: AuthEvent) -> str:
        return event.actor.get_username() if event.actor else "-"

    @admin.display(description="agent", ordering="agent")
    def client(self, event: AuthEvent) -> str:
        return format_html(WRAPPED, "11em", event.agent or "-")

    @admin.display(description="request id", ordering="request_id")
    def request(self, event: AuthEvent) -> str:
        return format_html(WRAPPED, "7em", event.request_id or "-")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuthEvent | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuthEvent | None = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        # The link from a user's page.
        return lookup == "user__exact" or super().lookup_allowed(lookup, value, request)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "days": draw_days()})

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(require_POST(unlock))
        return [path("unlock/", page, name="auth_core_unlock"), *super().get_urls()]
