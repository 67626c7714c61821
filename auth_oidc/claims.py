"""The facts about a user in the claims of a verified token: roles, a name, an address."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from auth_core.policy.loading import current_policy
from auth_oidc.issuers import Issuer
from auth_oidc.tokens import Claims

# A time in seconds that no claim has: the year 2286.
FAR = 10**10


def read_authentication_time(claims: Claims) -> datetime | None:
    """Return the claim `auth_time` (OpenID Connect Core 1.0, section 2), if it is a time."""
    at = claims.get("auth_time")
    if isinstance(at, bool) or not isinstance(at, int | float) or not 0 < at < FAR:
        return None
    return datetime.fromtimestamp(at, UTC)


def read_claimed_roles(issuer: Issuer, claims: Claims) -> list[str] | None:
    """Return the roles in the claims that permissions.toml knows, sorted.

    `None` where the issuer gives no roles. A claim that is missing gives no roles.
    """
    if not issuer.roles_claim:
        return None
    value = _find(claims, issuer.roles_claim)
    named = value.split() if isinstance(value, str) else value
    given = {each for each in named if isinstance(each, str)} if isinstance(named, list) else set()
    return sorted(given.intersection(current_policy().roles))


def _find(claims: Claims, path: str) -> Any:
    """Return the claim of this name, which may hold dots, or that at the end of a path."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def read_verified_email(claims: Claims) -> str | None:
    """Return the e-mail address, if the issuer has verified it."""
    email = claims.get("email")
    verified = claims.get("email_verified")
    # Some issuers write the switch as a text.
    if not isinstance(email, str) or not (verified is True or verified == "true"):
        return None
    try:
        validate_email(email)
    except ValidationError:
        return None
    return email if len(email) <= 254 else None


def read_username(claims: Claims) -> str | None:
    """Return the name that the user goes by at the issuer. It proves nothing."""
    name = claims.get("preferred_username")
    return name if isinstance(name, str) and name else None
