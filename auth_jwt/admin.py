"""Sessions in Django's admin: to be looked at and ended, not written."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import localize
from django.views.decorators.http import require_POST

from api_http.admin_lists import BoundedList
from auth_core.devices import name_device
from auth_jwt.models import Session, SessionQuerySet


class LiveFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("live", "Live"), ("dead", "Ended or expired")]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Session]:
        rows: SessionQuerySet = queryset
        match self.value():
            case "live":
                return rows.live(timezone.now())
            case "dead":
                return rows.dead(timezone.now())
        return rows


@admin.register(Session)
class SessionAdmin(BoundedList):
    list_display = (
        "user",
        "state",
        "device",
        "address",
        "created_at",
        "last_used_at",
        "expires_at",
    )
    list_select_related = ("user",)
    list_filter = (LiveFilter, "created_at", "last_used_at")
    search_fields = ("=id", f"user__{get_user_model().USERNAME_FIELD}", "=address", "agent")
    actions = ("end_sessions",)
    change_form_template = "admin/auth_jwt/session/change_form.html"

    @admin.display(description="state")
    def state(self, session: Session) -> str:
        if session.revoked_at is not None:
            return f"ended at {localize(timezone.localtime(session.revoked_at))}"
        return "live" if session.expires_at > timezone.now() else "expired"

    @admin.display(description="device", ordering="agent")
    def device(self, session: Session) -> str:
        return name_device(session.agent)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Session | None = None) -> bool:
        return False

    @admin.action(description="End the selected sessions", permissions=["delete"])
    def end_sessions(self, request: HttpRequest, sessions: SessionQuerySet) -> None:
        ended = revoke_as_administrator(request, sessions)
        self.message_user(
            request,
            f"Ended {ended} of the selected sessions; the others were over.",
            messages.SUCCESS,
        )

    def get_urls(self) -> list[URLPattern]:
        end = self.admin_site.admin_view(require_POST(self.end_session))
        return [
            path("<path:object_id>/end/", end, name="auth_jwt_session_end"),
            *super().get_urls(),
        ]

    def end_session(self, request: HttpRequest, object_id: str) -> HttpResponse:
        session = self.get_object(request, object_id)
        if not self.has_delete_permission(request, session):
            raise PermissionDenied
        if session is not None:
            self.end_sessions(request, Session.objects.filter(pk=session.pk))
        return HttpResponseRedirect(reverse("admin:auth_jwt_session_changelist"))


def revoke_as_administrator(request: HttpRequest, sessions: SessionQuerySet) -> int:
    # Without auth_core, which this needs, the start is refused by a check that is run after this
    # module's import.
    from auth_jwt.revocation import revoke  # noqa: PLC0415

    users = get_user_model()._default_manager.filter(pk__in=sessions.order_by().values("user"))
    facts: dict[str, Any] = {"request": request, "reason": "by an administrator"}
    return sum(revoke(sessions.filter(user=user), user, timezone.now(), **facts) for user in users)
