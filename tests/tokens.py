"""Tokens made by hand, signed with the right key or not, to try what the Bearer provider takes."""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from auth_jwt.models import Session

HEADER: dict[str, Any] = {"alg": "HS256", "typ": "at+jwt"}
REMOVED = object()


def make_session(user: Any, **changes: Any) -> Session:
    """Store and return a live session of the user."""
    now = timezone.now()
    values = {
        "created_at": now,
        "authenticated_at": now,
        "last_used_at": now,
        "rotated_at": now,
        "expires_at": now + timedelta(days=7),
        "ends_at": now + timedelta(days=30),
        "auth_hash": user.get_session_auth_hash(),
    }
    return Session.objects.create(user=user, **(values | changes))


def make_claims(user: Any, **changes: Any) -> dict[str, Any]:
    """Return the claims of a good access token with some of them replaced, or taken out by REMOVED."""
    now = int(time.time())
    claims = {
        "iss": settings.JWT_ISSUER,
        "aud": settings.JWT_AUDIENCE,
        "sub": str(user.pk),
        "jti": "1",
        "iat": now,
        "exp": now + 60,
        "sid": changes.get("sid") or str(make_session(user).pk),
    }
    return {name: value for name, value in (claims | changes).items() if value is not REMOVED}


def sign(payload: Any, header: Any = HEADER, key: str | None = None, digest: str = "sha256") -> str:
    """Return a signed token; the payload and the header may be bytes that are no JSON at all."""
    signed = b".".join(
        encode(part if isinstance(part, bytes) else write_json(part)) for part in (header, payload)
    )
    signature = hmac.digest((key or settings.JWT_SECRET_KEY).encode(), signed, digest)
    return b".".join((signed, encode(signature))).decode()


def write_json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def encode(part: bytes) -> bytes:
    return urlsafe_b64encode(part).rstrip(b"=")
