"""The use cases of making and revoking keys, shared by REST, GraphQL, the admin and the command."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.exceptions import ErrorDetail, PermissionDenied, ValidationError
from rest_framework.request import Request

from api_http.exceptions import Clash
from auth_apikey.models import ApiKey, ApiKeyQuerySet
from auth_apikey.scopes import Scopes, require_within
from auth_apikey.secret import make_secret
from auth_core import record
from auth_core.caller import require_unlimited

PROVIDER = "auth_apikey"
# Keys of a user that are not revoked, and revoked keys that are remembered.
MOST = 100


class TakenName(Clash):
    """409: another key of the user has the name."""

    default_detail = "The user has a key with this name already."
    faults: ClassVar = {"name": [ErrorDetail(default_detail, "unique")]}


def require_owner(request: Request) -> Any:
    """Return the user who may make and revoke keys by this request.

    Raises PermissionDenied for a caller without a row, for limited credentials, and for a key: a
    leaked key could otherwise make another key that outlives it.
    """
    if isinstance(request.auth, ApiKey):
        raise PermissionDenied("A key neither makes nor revokes keys.")
    require_unlimited(request)
    if not isinstance(request.user, get_user_model()):
        raise PermissionDenied("Only users have keys.")
    return request.user


def create_key(
    user: Any,
    name: str,
    scopes: Scopes,
    expires_at: datetime | None = None,
    *,
    request: Request | HttpRequest | None = None,
) -> tuple[ApiKey, str]:
    """Store a key of the user; return it with its text, which exists nowhere else.

    Raises ValidationError for scopes beyond the user's, an end in the past and an inactive user,
    and Clash (409) for too many keys and, as TakenName, for a taken name.
    """
    now, secret = timezone.now(), make_secret()
    key = ApiKey(
        user=user,
        name=name,
        prefix=secret.prefix,
        digest=secret.digest,
        created_at=now,
        expires_at=_read_end(expires_at, now),
        **scopes.as_columns(),
    )
    with transaction.atomic():
        # Two requests at once count the keys one after the other. A user who is being deactivated
        # has no new key afterwards.
        owner = get_user_model()._default_manager.select_for_update().filter(pk=user.pk).first()
        if owner is None or not owner.is_active:
            raise ValidationError({"user": ["The user is not active."]})
        require_within(owner, scopes)
        _require_free(user, name)
        try:
            with transaction.atomic():
                key.save(force_insert=True)
        except IntegrityError:
            raise TakenName from None
        _forget_oldest(user)
        record("key_created", request=request, user=owner, provider=PROVIDER, detail=str(key))
    return key, secret.text


def _read_end(expires_at: datetime | None, now: datetime) -> datetime | None:
    if expires_at is None:
        return None
    if expires_at <= now:
        raise ValidationError({"expiresAt": ["This time is past."]})
    # As all times of the API.
    return expires_at.replace(microsecond=expires_at.microsecond // 1000 * 1000)


def _require_free(user: Any, name: str) -> None:
    kept = ApiKey.objects.kept().filter(user=user)
    if kept.filter(name=name).exists():
        raise TakenName
    if kept.count() >= MOST:
        raise Clash(f"A user has at most {MOST} keys. Revoke a key first.")


def _forget_oldest(user: Any) -> None:
    """Delete the rows of the user's revoked keys but the latest, so that they do not pile up."""
    revoked = ApiKey.objects.filter(user=user).exclude(revoked_at=None).order_by("-revoked_at")
    if oldest := list(revoked.values_list("pk", flat=True)[MOST : 2 * MOST]):
        ApiKey.objects.filter(pk__in=oldest).delete()


def revoke_keys(
    keys: ApiKeyQuerySet,
    user: Any,
    *,
    request: Request | HttpRequest | None = None,
    reason: str = "",
) -> int:
    """End those of the user's keys that are not revoked; return their number.

    They are refused from the next request on, in every process.
    """
    with transaction.atomic():
        ended = keys.kept().update(revoked_at=timezone.now())
        if ended:
            facts: dict[str, Any] = {"request": request, "user": user, "provider": PROVIDER}
            record("key_revoked", **facts, detail=reason or f"keys: {ended}")
    return ended


def revoke_key(key: ApiKey, *, request: Request | HttpRequest | None = None) -> bool:
    """End a key; return whether it was not revoked before."""
    one = ApiKey.objects.filter(pk=key.pk)
    return bool(revoke_keys(one, key.user, request=request, reason=str(key)))
