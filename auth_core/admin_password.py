"""The admin's page for one's own password: the use case of the API, with its lock and its audit."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.forms import AdminPasswordChangeForm
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.exceptions import ValidationError as InvalidInput

from auth_core.admin_login import ask_second_steps
from auth_core.login import INCORRECT
from auth_core.password_change import prove_current_password, store_own_password
from auth_core.serializers import read_login_fields
from auth_core.signals import SESSION


class OwnPasswordForm(AdminPasswordChangeForm):
    """A wrong old password counts as a failed login.

    While the account is locked, AuditMiddleware answers 429.
    """

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        ask_second_steps(self.fields["old_password"])

    @sensitive_variables("old_password")
    def clean_old_password(self) -> str:
        old_password: str = self.cleaned_data["old_password"]
        try:
            more = read_login_fields(self.request.POST)
            self.user = prove_current_password(
                self.request, old_password, provider=SESSION, more=more
            )
        except AuthenticationFailed as refusal:
            if str(refusal.detail) != INCORRECT:
                raise ValidationError(str(refusal.detail), "second_step") from None
            raise ValidationError(
                self.error_messages["password_incorrect"], "password_incorrect"
            ) from None
        except InvalidInput:
            raise ValidationError("These inputs are not valid.", "invalid") from None
        except Throttled as refusal:
            self.request.throttled_for = refusal.wait  # type: ignore[attr-defined]
            raise ValidationError(str(refusal.detail), "throttled") from None
        return old_password

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002 (Django's own)
        store_own_password(self.user, self.cleaned_data["new_password1"])
        return self.user


class OwnPasswordView(PasswordChangeView):
    form_class = OwnPasswordForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request}


def change_own_password(
    request: HttpRequest, extra_context: dict[str, Any] | None = None
) -> HttpResponseBase:
    """Answer in the place of AdminSite.password_change()."""
    site = admin.site
    view = OwnPasswordView.as_view(
        template_name=site.password_change_template or OwnPasswordView.template_name,
        success_url=reverse("admin:password_change_done", current_app=site.name),
        extra_context={**site.each_context(request), **(extra_context or {})},
    )
    return view(request)
