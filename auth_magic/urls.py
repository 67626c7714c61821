"""The routes of logins by mail; auth_core mounts them under api/."""

from __future__ import annotations

from django.urls import path

from auth_magic.views import MagicConfirmView, MagicView

urlpatterns = [
    path("login/magic", MagicView.as_view(), name="magic-login"),
    path("login/magic/confirm", MagicConfirmView.as_view(), name="confirm-magic-login"),
]
