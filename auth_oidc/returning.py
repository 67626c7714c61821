"""Where a login leads: only to a path of this service, or to an origin that the issuer names."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from auth_oidc.issuers import Issuer, find_origin

# The cookie that keeps it has at most 4,096 bytes.
LONGEST = 1000
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


class BadGoalError(Exception):
    """The parameters of a login cannot be used. The text names them."""


def read_goal(request: HttpRequest, issuer: Issuer) -> tuple[str, str, bool]:
    """Return `next`, the challenge ("" for the admin), and whether to link. Raises BadGoalError."""
    challenge = request.GET.get("code_challenge", "")
    links = request.GET.get("link") == "true"
    if request.GET.get("code_challenge_method", "S256") != "S256":
        raise BadGoalError("code_challenge_method may be S256.")
    if challenge and not _CHALLENGE.fullmatch(challenge):
        raise BadGoalError("code_challenge is the SHA-256 of a verifier, in base64url (RFC 7636).")
    if links and not challenge:
        raise BadGoalError("link needs a code_challenge.")
    goal = request.GET.get("next") or ("/" if challenge else _find_admin())
    if not _is_ours(goal) and not (challenge and _is_named(goal, issuer)):
        raise BadGoalError("next may be a path of this service, without a fragment.")
    return goal, challenge, links


def _is_ours(goal: str) -> bool:
    is_path = goal.startswith("/") and url_has_allowed_host_and_scheme(goal, allowed_hosts=None)
    return is_path and _is_plain(goal)


def _is_named(goal: str, issuer: Issuer) -> bool:
    try:
        address = urlsplit(goal)
    except ValueError:
        return False
    return find_origin(address) in issuer.origins and _is_plain(goal)


def _is_plain(goal: str) -> bool:
    return goal.isascii() and goal.isprintable() and "#" not in goal and len(goal) <= LONGEST


def _find_admin() -> str:
    try:
        return reverse("admin:index")
    except NoReverseMatch:
        raise BadGoalError("code_challenge is needed: there is no admin.") from None
