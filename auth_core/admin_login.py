"""The admin's login form, held to the lock, the audit and the refusals of every other login."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.forms import PasswordInput
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.exceptions import ValidationError as InvalidInput

from api_http.pages import LABELS
from auth_core.audit import record
from auth_core.login import INCORRECT, authenticate_password
from auth_core.login_names import find_login_name
from auth_core.models import EventName
from auth_core.second_steps import list_login_fields
from auth_core.serializers import read_login_fields
from auth_core.signals import SESSION


class PasswordAndSteps(PasswordInput):
    """The input of the password, and after it those that providers declare for second steps."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        inputs = format_html_join(
            "",
            '<label for="id_{0}">{1}:</label> <input name="{0}" id="id_{0}" autocomplete="off">',
            ((key, LABELS.get(key, key)) for key, field in list_login_fields().items()),
        )
        return super().render(name, value, attrs, renderer) + inputs


def ask_second_steps(field: Any) -> None:
    """Show the inputs for second steps, if providers declare some, after that of the password."""
    if list_login_fields():
        field.widget = PasswordAndSteps(field.widget.attrs)
        field.widget.is_required = field.required


class GuardedLoginForm(AdminAuthenticationForm):
    """Shows that the account or the address is locked. AuditMiddleware makes that a 429."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_second_steps(self.fields["password"])

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
            more = read_login_fields(request.POST)
            name = find_login_name(username)
            return authenticate_password(request, name, password, provider=SESSION, more=more)
        except AuthenticationFailed as refusal:
            if str(refusal.detail) != INCORRECT:
                raise ValidationError(str(refusal.detail), code="second_step") from None
            raise self.get_invalid_login_error() from None
        except InvalidInput:
            raise ValidationError("These inputs are not valid.", code="invalid") from None
        except Throttled as refusal:
            request.throttled_for = refusal.wait  # type: ignore[attr-defined]
            raise ValidationError(str(refusal.detail), code="throttled") from None
