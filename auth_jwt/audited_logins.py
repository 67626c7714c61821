"""Logins for the checks of auth_audit, wherever their refresh tokens are."""

from __future__ import annotations

from auth_core.asvs.catalogue import AbsentError
from auth_core.asvs.world import Person, Tokens, World
from auth_jwt.kinds import SCHEME
from auth_jwt.refresh_cookie import COOKIES


def log_in(world: World, person: Person) -> Tokens:
    """Log the person in, and return both tokens.

    Raises AbsentError if another plugin answers logins, so that nobody gets tokens.
    """
    tokens = world.log_in(person)
    if tokens.answer.get("tokenType") != SCHEME:
        raise AbsentError("another plugin answers logins, so no tokens are issued")
    if "refreshToken" not in tokens.answer:
        tokens.answer["refreshToken"] = tokens.cookies[COOKIES["refresh"]]
    return tokens
