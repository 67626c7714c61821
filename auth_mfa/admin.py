"""Second factors in Django's admin: to be looked at, and to be removed for users who lost them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest

from api_http.admin_lists import BoundedList
from auth_mfa.models import Factor, Passkey, RememberedDevice


class _RemovableAdmin(BoundedList):
    list_select_related = ("user",)
    search_fields = (f"user__{get_user_model().USERNAME_FIELD}",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self._end(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset.select_related("user"):
            self._end(request, row)

    def _end(self, request: Any, factor: Any) -> None:
        # Without auth_core a check refuses this start after this module is imported.
        from auth_mfa.use_cases import end_factor  # noqa: PLC0415

        end_factor(factor, request=request, reason="by an administrator")


@admin.register(Factor)
class FactorAdmin(_RemovableAdmin):
    list_display = ("user", "created_at", "confirmed_at", "last_used_at")
    list_filter = ("confirmed_at", "last_used_at")


@admin.register(Passkey)
class PasskeyAdmin(_RemovableAdmin):
    list_display = ("user", "name", "created_at", "last_used_at")
    list_filter = ("created_at", "last_used_at")


@admin.register(RememberedDevice)
class RememberedDeviceAdmin(_RemovableAdmin):
    list_display = ("user", "agent", "created_at", "last_used_at", "expires_at")
    list_filter = ("created_at", "expires_at")

    def _end(self, request: Any, device: RememberedDevice) -> None:
        from auth_mfa.use_cases import end_device  # noqa: PLC0415

        end_device(device, request=request, reason="by an administrator")
