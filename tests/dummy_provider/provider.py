"""API keys, sent as `Authorization: ApiKey <key>`: the user's id, signed with SECRET_KEY."""

from typing import Any, ClassVar

from django.contrib.auth import get_user_model
from django.core.signing import BadSignature, Signer
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from auth_core import AuthProvider


class ApiKeyProvider(AuthProvider):
    scheme = "ApiKey"
    openapi: ClassVar = {"type": "apiKey", "in": "header", "name": "Authorization"}

    def authenticate(self, request: Request) -> tuple[Any, str] | None:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme != self.scheme:
            return None
        try:
            return get_user_model().objects.get(pk=Signer(salt="api-key").unsign(key)), key
        except (BadSignature, get_user_model().DoesNotExist):
            raise AuthenticationFailed("The API key is incorrect") from None

    def issue(self, request: Request, user: Any) -> dict[str, object]:
        return {
            "accessToken": Signer(salt="api-key").sign(str(user.pk)),
            "tokenType": self.scheme,
        }
