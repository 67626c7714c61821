"""The caller's own keys, and how they are shown."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from auth_apikey.issuing import MOST, create_key, require_owner, revoke_key
from auth_apikey.models import ApiKey, ApiKeyQuerySet
from auth_apikey.serializers import ApiKeyCreateSerializer, ApiKeySerializer
from auth_core import require_recent_auth


def list_keys(user: Any) -> ApiKeyQuerySet:
    """Return the user's keys that are not revoked, the newest first."""
    if not isinstance(user, get_user_model()):
        return ApiKey.objects.none()
    return ApiKey.objects.kept().filter(user=user)[:MOST]


def show_key(key: ApiKey) -> dict[str, Any]:
    """Return the key as clients see it."""
    return dict(ApiKeySerializer(key).data)


def find_own_key(user: Any, key: str) -> ApiKey:
    """Return the user's key of this id, if it is not revoked. Raises NotFound."""
    try:
        return ApiKey.objects.kept().get(user=user, pk=UUID(key))
    except (ValueError, ApiKey.DoesNotExist):
        raise NotFound from None


def make_own_key(request: Request, data: Any) -> dict[str, Any]:
    """Make a key of the caller's from the input of a client; return it with its text in `key`.

    A stolen token must not make a key, which would outlive it (OWASP ASVS 5.0, 7.5.1). Raises what
    require_owner(), require_recent_auth() and create_key() do.
    """
    owner = require_owner(request)
    require_recent_auth(request)
    body = ApiKeyCreateSerializer(data=data)
    body.is_valid(raise_exception=True)
    key, text = create_key(owner, request=request, **body.read_arguments())
    return {**show_key(key), "key": text}


def end_own_key(request: Request, key: str) -> ApiKey:
    """Revoke the caller's key of this id, and return it. Raises NotFound and PermissionDenied."""
    found = find_own_key(require_owner(request), key)
    if not revoke_key(found, request=request):
        raise NotFound
    return found
