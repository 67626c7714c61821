"""django-allauth's logins, held to the lock, the audit and the second steps of every other."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from rest_framework.exceptions import APIException

from auth_core.login import authenticate_password


class GuardedAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def authenticate(self, request: Any, **credentials: Any) -> Any:
        name, password = credentials.get("username", ""), credentials["password"]
        try:
            return authenticate_password(request, name, password, provider="allauth_token")
        except APIException:
            return None
