"""Tokens of issuers: whose they are, and the rules for accepting them (RFC 8725, RFC 9068)."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Iterable
from typing import Any

import orjson
from jwt import PyJWS
from jwt.exceptions import InvalidTokenError
from rest_framework.exceptions import AuthenticationFailed

from auth_core.failures import EXPIRED
from auth_oidc.issuers import LONGEST, Issuer
from auth_oidc.keys import ALGORITHMS
from auth_oidc.published import find_publisher

# Tokens that list groups are long; headers are at most so long.
MAX_BYTES = 16_384
# Seconds. The issuer's clock may be ahead of ours by so much (RFC 7519, section 4.1.5).
CLOCKS_APART = 60
# A logout token or an event is signed by the same keys, and is no proof of who calls.
TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt", "application/jwt"})
REFUSED = "The token is invalid or expired"
Claims = dict[str, Any]
_jws = PyJWS()


def peek_issuer(token: str) -> str | None:
    """Return the issuer that a token names; `None` where it is no signed token at all.

    Nothing of it is verified: it only decides who looks at the token.
    """
    if len(token) > MAX_BYTES or token.count(".") != 2:
        return None
    issuer = _decode_part(token.split(".")[1]).get("iss")
    return issuer if isinstance(issuer, str) else None


def verify_token(issuer: Issuer, token: str, now: float) -> Claims:
    """Return the claims of an access token of the issuer that is for this service.

    `now` is in seconds since 1970. Raises AuthenticationFailed, with the same text for every bad
    token, and Unavailable where its key is unknown and the issuer cannot be asked.
    """
    claims = _verify(issuer, token, now)
    audience = _list_texts(claims.get(issuer.audience_claim))
    sender = next((claims[key] for key in ("azp", "client_id", "appid") if key in claims), None)
    if audience.isdisjoint(issuer.audience) or (issuer.clients and sender not in issuer.clients):
        raise refuse()
    # Bound to a key that its sender must prove to have (RFC 7800). Bearer proves nothing.
    if "cnf" in claims:
        raise refuse()
    return claims


def verify_id_token(issuer: Issuer, token: str, now: float) -> Claims:
    """Return the claims of an ID token for our client (OpenID Connect Core 1.0, section 3.1.3.7).

    The caller compares the nonce. Raises what verify_token() does.
    """
    claims = _verify(issuer, token, now)
    audience = _list_texts(claims.get("aud"))
    authorized = claims.get("azp", issuer.client_id if len(audience) == 1 else None)
    if issuer.client_id not in audience or authorized != issuer.client_id:
        raise refuse()
    return claims


def refuse(code: str | None = None) -> AuthenticationFailed:
    return AuthenticationFailed(REFUSED, code)


def _verify(issuer: Issuer, token: str, now: float) -> Claims:
    if len(token) > MAX_BYTES or token.count(".") != 2:
        raise refuse()
    # Of the header only these count: no address or key in it is followed (jku, x5u, jwk).
    header = _decode_part(token.partition(".")[0])
    algorithm, kid = header.get("alg"), header.get("kid")
    known = isinstance(algorithm, str) and algorithm in ALGORITHMS
    if not known or not isinstance(kid, str | None) or {"crit", "b64"} & header.keys():
        raise refuse()
    if str(header.get("typ", "jwt")).lower() not in TYPES:
        raise refuse()
    payload = _check_signature(issuer, token, str(algorithm), kid)
    claims = _load(payload)
    if claims.get("iss") != issuer.issuer or not _is_subject(claims.get("sub")):
        raise refuse()
    _check_times(claims, now)
    return claims


def _check_signature(issuer: Issuer, token: str, algorithm: str, kid: str | None) -> bytes:
    """Return the signed bytes."""
    for key in find_publisher(issuer).find_keys(kid, algorithm):
        try:
            payload: bytes = _jws.decode(token, key.verifying, algorithms=[algorithm])
        except (InvalidTokenError, ValueError, TypeError):
            continue
        return payload
    raise refuse()


def _check_times(claims: Claims, now: float) -> None:
    times = {name: claims[name] for name in ("exp", "nbf", "iat") if name in claims}
    # type() rather than isinstance(): a bool is an int to the latter.
    if "exp" not in times or not all(type(time) in (int, float) for time in times.values()):
        raise refuse()
    begins = max(times.get("nbf", 0), times.get("iat", 0))
    if begins - CLOCKS_APART > now:
        raise refuse()
    if now >= times["exp"]:
        raise refuse(EXPIRED)


def _is_subject(subject: object) -> bool:
    return isinstance(subject, str) and 0 < len(subject) <= LONGEST and subject.isprintable()


def _list_texts(value: object) -> set[str]:
    values: Iterable[object] = value if isinstance(value, list) else [value]
    return {each for each in values if isinstance(each, str)}


def _decode_part(part: str) -> Claims:
    """Return the object in a part of a token; without any an empty object."""
    try:
        return _load(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, AuthenticationFailed):
        return {}


def _load(text: bytes) -> Claims:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise refuse() from None
    if not isinstance(found, dict):
        raise refuse()
    return found
