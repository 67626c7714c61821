"""Tokens made by hand, signed with the right key or not, to try what the Bearer provider takes."""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from typing import Any

from django.conf import settings

HEADER: dict[str, Any] = {"alg": "HS256", "typ": "at+jwt"}
REMOVED = object()


def make_claims(user: Any, **changes: Any) -> dict[str, Any]:
    """Return the claims of a good token with some of them replaced, or taken out by REMOVED."""
    now = int(time.time())
    claims = {
        "iss": settings.JWT_ISSUER,
        "aud": settings.JWT_AUDIENCE,
        "sub": str(user.pk),
        "jti": "1",
        "iat": now,
        "exp": now + 60,
        "token_type": "access",
    }
    return {name: value for name, value in (claims | changes).items() if value is not REMOVED}


def sign(payload: Any, header: Any = HEADER, key: str | None = None, digest: str = "sha256") -> str:
    """Return a signed token; the payload and the header may be bytes that are no JSON at all."""
    parts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, payload)]
    signed = b".".join(map(encode, parts))
    signature = hmac.digest((key or settings.JWT_SECRET_KEY).encode(), signed, digest)
    return b".".join((signed, encode(signature))).decode()


def encode(part: bytes) -> bytes:
    return urlsafe_b64encode(part).rstrip(b"=")
