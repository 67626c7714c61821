"""The pages of accounts; auth_core mounts them under account/."""

from __future__ import annotations

from django.urls import path

from auth_accounts.page_views import (
    EmailPage,
    InvitationPage,
    SignUpPage,
    VerifyPage,
    show_reset,
)

urlpatterns = [
    path("sign-up", SignUpPage.as_view(), name="account_sign_up"),
    path("verify", VerifyPage.as_view(), name="account_verify"),
    path("reset", show_reset, name="account_reset"),
    path("email", EmailPage.as_view(), name="account_email"),
    path("invitation", InvitationPage.as_view(), name="account_invitation"),
]
