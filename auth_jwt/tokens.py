"""Access and refresh tokens: their form, and the rules for accepting them (RFC 8725)."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import uuid5

import jwt
from django.conf import settings
from rest_framework_simplejwt.exceptions import TokenError

from auth_jwt.key_set import KeySet, require_key_set
from auth_jwt.keys import Key
from auth_jwt.kinds import ACCESS, REFRESH, SCHEME, Kind
from auth_jwt.models import Session
from statements.cache import BoundedCache

# Ours have about 600 bytes. PyJWT looks at every byte before the signature, 60 ms for a megabyte.
MAX_BYTES = 8192
# Seconds. The clock of the machine that wrote a token may be ahead of ours by so much (RFC 7519,
# section 4.1.5).
CLOCKS_APART = 60
Claims = dict[str, Any]
Pair = dict[str, object]
# The times are checked here, because the caller gives the present time.
UNCHECKED = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
# Digests of recently verified tokens, useless to a reader of the memory. The session is still read
# from the database. This saves the signature check, which is slow for RSA and elliptic curves.
_verified: BoundedCache[Claims] = BoundedCache(6 * 2**20, "tokens")
# Bytes of the claims of a token: seven claims, of a fixed length but for the names of the service.
_CLAIMS_SIZE = 2_000


class BadTokenError(TokenError, ValueError):
    """The token is refused. The reason stays here.

    A ValueError too, which is a 401 from a provider that does not catch it.
    """

    def __init__(self) -> None:
        super().__init__("The token is invalid or expired")


class EndedTokenError(BadTokenError):
    """The token was good once: it has expired, or its session has ended."""


def issue_pair(session: Session, now: datetime) -> Pair:
    """Return the access token and the refresh token of the session's generation, as login answers
    them.

    The claims of a generation are always the same, so that no token has to be stored.
    """
    rotated = session.rotated_at
    expiries = {
        ACCESS: min(rotated + settings.JWT_EXPIRATION, session.expires_at),
        REFRESH: session.expires_at,
    }
    seconds = {
        kind: int(expiry.timestamp()) - int(now.timestamp()) for kind, expiry in expiries.items()
    }
    return {
        "accessToken": write_token(ACCESS, session, expiries[ACCESS]),
        "tokenType": SCHEME,
        "expiresIn": seconds[ACCESS],
        "refreshToken": write_token(REFRESH, session, expiries[REFRESH], gen=session.generation),
        "refreshExpiresIn": seconds[REFRESH],
    }


def write_token(kind: Kind, session: Session, expires_at: datetime, **claims: object) -> str:
    common = {
        "iss": settings.JWT_ISSUER,
        "aud": settings.JWT_AUDIENCE,
        "sub": str(session.user_id),
        "jti": str(uuid5(session.id, f"{kind.typ} {session.generation}")),
        "iat": int(session.rotated_at.timestamp()),
        "exp": int(expires_at.timestamp()),
        "sid": str(session.id),
    }
    return require_key_set().signer.sign(kind.typ, common | claims)


def read_token(kind: Kind, token: str, now: datetime) -> Claims:
    """Return the claims of a token of this kind that we signed and whose time has come and not
    gone.

    `iat` may lie CLOCKS_APART in the future. `exp` is exact.

    Raises BadTokenError for any other text, before a query.
    """
    # RFC 7515 leaves the padding out; PyJWT would take it, and a token would have two spellings.
    if len(token) > MAX_BYTES or "=" in token:
        raise BadTokenError
    claims = _recall_claims(kind, token)
    seconds = now.timestamp()
    if not claims["iat"] - CLOCKS_APART <= seconds < claims["exp"]:
        raise EndedTokenError
    return claims


def is_foreign(token: bytes) -> bool:
    """Whether a refused token names another issuer, or is no JSON Web Token at all.

    Nothing of it is verified: it only decides who refuses the token.
    """
    if len(token) > MAX_BYTES:
        return True
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except (jwt.InvalidTokenError, ValueError, RecursionError):
        return True
    return claims.get("iss") != settings.JWT_ISSUER


def _recall_claims(kind: Kind, token: str) -> Claims:
    """Verify a token, or remember that it was: the keys that it was verified with are still those
    of the key set.
    """
    key_set = require_key_set()
    digest = sha256(token.encode(errors="surrogatepass")).digest()
    asked = (key_set, kind.typ, settings.JWT_AUDIENCE, settings.JWT_ISSUER, digest)
    claims: Claims | None = _verified.get(asked)
    if claims is None:
        claims = _verify(key_set, kind, token)
        _verified.put(asked, claims, _CLAIMS_SIZE)
    return claims


def _verify(key_set: KeySet, kind: Kind, token: str) -> Claims:
    for key in key_set.find(kind.typ, token.partition(".")[0]):
        try:
            claims = _decode(key, token)
        except jwt.InvalidSignatureError:
            continue
        except (jwt.InvalidTokenError, ValueError):
            break
        if _has_shape(kind, claims):
            return claims
    raise BadTokenError


def _decode(key: Key, token: str) -> Claims:
    return jwt.decode(
        token,
        key.verifying,
        [key.algorithm],
        UNCHECKED,  # type: ignore[arg-type]
        audience=settings.JWT_AUDIENCE,
        issuer=settings.JWT_ISSUER,
    )


def _has_shape(kind: Kind, claims: Claims) -> bool:
    # type() rather than isinstance(): a bool is an int to the latter.
    exact = claims.keys() == kind.claims.keys()
    return exact and all(type(claims[name]) is type_ for name, type_ in kind.claims.items())
