"""The admin's share: its login goes through the lock, and the audit can be read there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from api_http.admin_search import SearchLimit
from auth_core.admin_login import GuardedLoginForm
from auth_core.admin_password import change_own_password
from auth_core.audit_chart import count_days
from auth_core.models import AuthEvent

if TYPE_CHECKING:
    EventAdmin = admin.ModelAdmin[AuthEvent]
else:
    EventAdmin = admin.ModelAdmin

admin.site.login_form = GuardedLoginForm
admin.site.password_change = change_own_password  # type: ignore[method-assign, assignment]


@admin.register(AuthEvent)
class AuthEventAdmin(SearchLimit, EventAdmin):
    """Shows events. No right allows a change."""

    list_display = (
        "at",
        "event",
        "detail",
        "username",
        "provider",
        "address",
        "agent",
        "request_id",
    )
    list_filter = ("event", "provider", "at")
    search_fields = ("username", "^address", "=detail", "=request_id")
    search_help_text = "User name, beginning of an address, reason of a failure, or request id"
    date_hierarchy = "at"
    show_full_result_count = False
    list_per_page = 50
    change_list_template = "auth_core/events.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuthEvent | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuthEvent | None = None) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "days": count_days()})
