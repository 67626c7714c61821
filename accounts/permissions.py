"""The permission class of a service without authentication."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission

from accounts.plugins import is_open_service

# DRF imports this module while it is itself being imported, as its setting names the class below.
if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView


class AllowWithoutAuth(BasePermission):
    """Allows everything, but only while no part of authentication is installed."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return is_open_service()

    def access_key(self, request: Request, view: APIView) -> tuple[()]:
        """Return one key for all callers (see EntityPermission)."""
        return ()
