"""The provider of API keys: `X-API-Key: sk_…`."""

from __future__ import annotations

from typing import ClassVar

from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from rest_framework.request import Request

from auth_apikey.finding import find_key, note_key
from auth_core import Authenticated, AuthProvider


class ApiKeyProvider(AuthProvider):
    scheme = None
    openapi: ClassVar = {"type": "apiKey", "in": "header", "name": "X-API-Key"}

    @sensitive_variables("text")
    def authenticate(self, request: Request) -> Authenticated | None:
        """Return (user, key) with the key's limit for a good key.

        Raises AuthenticationFailed for a bad key. Costs one query, and once in five minutes
        another.
        """
        text = request.META.get("HTTP_X_API_KEY")
        if text is None:
            return None
        now = timezone.now()
        key = find_key(text, now)
        note_key(key, now)
        return Authenticated(key.user, key, key.find_limit())
