"""The pages that the links in mails lead to, and those to sign up and to ask for a new password."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from auth_accounts.own_account import confirm_email
from auth_accounts.page_base import EMAIL, NEW_PASSWORD_HINT, AccountPage, Input
from auth_accounts.registration import register, verify_email
from auth_accounts.reset import request_reset, reset_password
from auth_accounts.serializers import (
    MailAddressSerializer,
    RegisterSerializer,
    ResetSerializer,
    TokenSerializer,
    VerifySerializer,
)

_name = Input("username", _("Username"), "text", "username")
_password = Input("password", _("Password"), "password", "new-password", NEW_PASSWORD_HINT)


class SignUpPage(AccountPage):
    title = _("Sign up")
    button = _("Sign up")
    done = _("We have sent you a mail. Open the link in it to confirm your address.")
    inputs = (EMAIL, _name, _password)
    hidden = ()
    serializer = RegisterSerializer

    def act(self, request: Request, given: dict[str, Any]) -> None:
        register(request, **given)


class InvitationPage(AccountPage):
    title = _("Make your account")
    button = _("Make the account")
    done = _("Your account is ready. You can log in now.")
    inputs = (_name, _password)
    hidden = ("invitation", "email")
    serializer = RegisterSerializer

    def act(self, request: Request, given: dict[str, Any]) -> None:
        register(request, **given)


class VerifyPage(AccountPage):
    title = _("Confirm your e-mail address")
    text = _("If you did not sign up yourself, close this page.")
    button = _("Confirm")
    done = _("Your address is confirmed. You can log in now.")
    inputs = (
        Input(
            "newPassword",
            _("New password"),
            "password",
            "new-password",
            _("Leave it empty to keep the password that you chose when you signed up."),
            required=False,
        ),
        # Another person may have taken the name of the sign-up meanwhile.
        Input("username", _("Another username"), "text", "username", is_spare=True),
    )
    serializer = VerifySerializer

    def act(self, request: Request, given: dict[str, Any]) -> None:
        verify_email(request, given["token"], given["username"], given["newPassword"])


class ForgottenPage(AccountPage):
    title = _("Forgotten password")
    text = _("We send you a link to choose a new password.")
    button = _("Send the link")
    done = _("If there is an account with this address, a mail is on its way.")
    inputs = (EMAIL,)
    hidden = ()
    serializer = MailAddressSerializer

    def act(self, request: Request, given: dict[str, Any]) -> None:
        request_reset(request, given["email"])


class NewPasswordPage(AccountPage):
    title = _("Choose a new password")
    text = _("All your sessions will end.")
    button = _("Save the password")
    done = _("Your password is changed. You can log in now.")
    inputs = (
        Input("newPassword", _("New password"), "password", "new-password", NEW_PASSWORD_HINT),
    )
    serializer = ResetSerializer

    def act(self, request: Request, given: dict[str, Any]) -> None:
        reset_password(request, given["token"], given["newPassword"])


class EmailPage(AccountPage):
    title = _("Use this e-mail address")
    button = _("Use it")
    done = _("Your account has this address now.")
    serializer = TokenSerializer

    def act(self, request: Request, given: dict[str, Any]) -> None:
        confirm_email(request, given["token"])


_forgotten, _new_password = ForgottenPage.as_view(), NewPasswordPage.as_view()


def show_reset(request: HttpRequest) -> HttpResponseBase:
    """Answer with the form for a new password where there is a token, else with that for a link."""
    has_token = "token" in request.GET or "token" in request.POST
    return _new_password(request) if has_token else _forgotten(request)


show_reset.csrf_exempt = True  # type: ignore[attr-defined] # as the pages are that it calls
