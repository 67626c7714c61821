"""The admin's login form, held to the lock, the audit and the refusals of every other login."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from rest_framework.exceptions import AuthenticationFailed, Throttled

from auth_core.audit import record
from auth_core.login import authenticate_password
from auth_core.models import EventName
from auth_core.signals import SESSION


class GuardedLoginForm(AdminAuthenticationForm):
    """Shows that the account or the address is locked. AuditMiddleware makes that a 429."""

    def clean(self) -> dict[str, Any]:
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if username is not None and password:
            self.user_cache = self._authenticate(self.request, username, password)
            self.confirm_login_allowed(self.user_cache)
        return self.cleaned_data

    def confirm_login_allowed(self, user: Any) -> None:
        try:
            super().confirm_login_allowed(user)
        except ValidationError:
            record(
                EventName.FAILURE,
                request=self.request,
                user=user,
                provider=SESSION,
                detail="not_staff",
            )
            raise

    def _authenticate(self, request: Any, username: str, password: str) -> Any:
        try:
            return authenticate_password(request, username, password, provider=SESSION)
        except AuthenticationFailed:
            raise self.get_invalid_login_error() from None
        except Throttled as refusal:
            request.throttled_for = refusal.wait  # type: ignore[attr-defined]
            raise ValidationError(str(refusal.detail), code="throttled") from None
