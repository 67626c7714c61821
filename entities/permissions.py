"""Who may do what with accounts: the role admin everything, everyone else see and change their own."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

OWN_ACTIONS = ("retrieve", "partial_update")


def is_admin(request: Request) -> bool:
    return "admin" in getattr(request.user, "roles", ())


class AccountPermission(BasePermission):
    def has_permission(self, request: Request, view: APIView) -> bool:
        return getattr(view, "action", None) in (*OWN_ACTIONS, None) or is_admin(request)

    def has_object_permission(self, request: Request, view: APIView, obj: Any) -> bool:
        return obj == request.user or is_admin(request)
