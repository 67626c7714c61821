"""Identities in Django's admin, where an administrator links and unlinks them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.http import HttpRequest

from api_http.admin_lists import BoundedList
from auth_oidc.models import Identity


@admin.register(Identity)
class IdentityAdmin(BoundedList):
    list_display = ("user", "issuer", "subject", "created_at")
    list_select_related = ("user",)
    list_filter = ("issuer",)
    search_fields = ("=subject", f"user__{get_user_model().USERNAME_FIELD}")
    raw_id_fields = ("user",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
