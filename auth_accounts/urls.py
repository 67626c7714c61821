"""The routes of sign-up and of the caller's account; auth_core mounts them under api/."""

from __future__ import annotations

from django.urls import path

from auth_accounts.me_views import EmailConfirmView, EmailView, OwnAccountView
from auth_accounts.views import (
    InvitationsView,
    RegisterView,
    ResendView,
    ResetConfirmView,
    ResetView,
    VerifyView,
)

urlpatterns = [
    path("register", RegisterView.as_view(), name="register"),
    path("register/verify", VerifyView.as_view(), name="verify-email"),
    path("register/resend", ResendView.as_view(), name="resend-verification"),
    path("password/reset", ResetView.as_view(), name="request-password-reset"),
    path("password/reset/confirm", ResetConfirmView.as_view(), name="reset-password"),
    path("invitations", InvitationsView.as_view(), name="invitations"),
    path("me", OwnAccountView.as_view(), name="me"),
    path("me/email", EmailView.as_view(), name="change-email"),
    path("me/email/confirm", EmailConfirmView.as_view(), name="confirm-email"),
]
