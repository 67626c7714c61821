"""The checks of this provider for `manage.py auth_audit`: sessions (V7), tokens (V9, V10)."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.contrib import admin
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from auth_core.asvs.catalogue import require, requirement
from auth_core.asvs.world import Tokens, World
from auth_jwt.audited_logins import log_in
from auth_jwt.models import Session

# Documented decisions: NIST SP 800-63B-4 recommends a month for one factor; a lost answer is asked
# for again at once.
LONGEST = timedelta(days=30)
LONGEST_GRACE = timedelta(minutes=1)
ALGORITHMS = ("HS256", "EdDSA", "ES256", "RS256")


def refresh(world: World, token: object) -> Any:
    return world.send("post", reverse("refresh"), {"refreshToken": str(token)})


def is_dead(world: World, tokens: Tokens) -> bool:
    """Return whether both tokens are refused."""
    refused = refresh(world, tokens.answer["refreshToken"]).status_code == 401
    return refused and not world.is_let_in(tokens.header)


def is_taken(world: World, token: str) -> bool:
    return world.is_let_in({"Authorization": f"Bearer {token}"})


@requirement("7.2.3")
def tokens_cannot_be_guessed(world: World) -> str:
    token = log_in(world, world.add_person()).answer["accessToken"]
    bits = 8 * len(_decode(token.split(".")[2]))
    require(bits >= 128, f"the signature of a token has {bits} bits")
    return f"tokens carry a signature of {bits} bits"


@requirement("7.2.4")
def every_login_gives_new_tokens(world: World) -> str:
    person = world.add_person()
    first, second = log_in(world, person).answer, log_in(world, person).answer
    same = [name for name in ("accessToken", "refreshToken") if first[name] == second[name]]
    require(not same, f"two logins gave the same {', '.join(same)}")
    return "every login begins a session of its own with new tokens"


@requirement("7.3.1")
def unused_sessions_end(world: World) -> str:
    idle = settings.JWT_REFRESH_EXPIRATION
    require(idle <= LONGEST, f"a session without a refresh lives {idle}")
    with override_settings(JWT_REFRESH_EXPIRATION=timedelta(0)):
        tokens = log_in(world, world.add_person())
    require(
        is_dead(world, tokens), "a session is good after the time in which it had to be refreshed"
    )
    return f"a session that is not refreshed ends after {idle}"


@requirement("7.3.2")
def sessions_end_however_busy(world: World) -> str:
    longest = settings.JWT_SESSION_EXPIRATION
    require(longest <= LONGEST, f"a session lives {longest}")
    with override_settings(JWT_SESSION_EXPIRATION=timedelta(0)):
        tokens = log_in(world, world.add_person())
    require(is_dead(world, tokens), "a session is good after its end")
    return f"a session ends {longest} after the login, however busy"


@requirement("7.4.1")
def logging_out_ends_the_session(world: World) -> str:
    tokens = log_in(world, world.add_person())
    world.send("post", reverse("logout"), {}, headers=tokens.header)
    require(is_dead(world, tokens), "a token is good after logging out")
    return "logging out ends the access and the refresh token at once"


@requirement("7.4.2")
def sessions_end_with_their_account(world: World) -> str:
    disabled, deleted = world.add_person(), world.add_person()
    tokens = [log_in(world, person) for person in (disabled, deleted)]
    disabled.user.is_active = False
    disabled.user.save()
    deleted.user.delete()
    require(
        all(is_dead(world, each) for each in tokens), "a token is good without an active account"
    )
    return "tokens end with their account at once"


@requirement("7.4.5")
def administrators_can_end_sessions(world: World) -> str:
    require(admin.site.is_registered(Session), "sessions cannot be ended in the admin")
    tokens = log_in(world, person := world.add_person())
    browser, _ = world.open_admin(world.add_administrator())
    chosen = [str(session.pk) for session in Session.objects.filter(user=person.user)]
    form = {"action": "end_sessions", "_selected_action": chosen}
    browser.post(reverse("admin:auth_jwt_session_changelist"), form, secure=True)
    require(is_dead(world, tokens), "a token is good after an administrator ended its session")
    return "an administrator ends the sessions of any user in the admin"


@requirement("7.5.2")
def users_see_and_end_their_sessions(world: World) -> str:
    person = world.add_person()
    tokens, other = log_in(world, person), log_in(world, person)
    listed = world.send("get", reverse("sessions"), headers=tokens.header).json()
    require(len(listed) == 2, f"of two sessions {len(listed)} are listed")
    (victim,) = [session["id"] for session in listed if not session["current"]]
    world.send("delete", reverse("session", args=[victim]), headers=tokens.header)
    require(
        is_dead(world, other) and world.is_let_in(tokens.header),
        "ending a session did not end that session alone",
    )
    return "users list their sessions and end each of them"


@requirement("9.1.1")
def tokens_cannot_be_changed(world: World) -> str:
    token, other = _log_in(world), world.add_person()
    head, body, signature = token.split(".")
    claims = json.loads(_decode(body)) | {"sub": str(other.user.pk)}
    flipped = ("B" if signature[0] == "A" else "A") + signature[1:]
    forged = [
        f"{head}.{_encode(claims)}.{signature}",
        f"{head}.{body}.{flipped}",
        f"{head}.{body}.",
        f"{head}.{body}",
    ]
    _require_refused(world, forged, "with another subject, another signature or none")
    return "tokens with another claim, another signature or none are refused"


@requirement("9.1.2")
def only_one_algorithm_is_taken(world: World) -> str:
    token = _log_in(world)
    head, body, signature = token.split(".")
    used = json.loads(_decode(head))["alg"]
    require(used in ALGORITHMS, f"tokens are signed with {used}")
    others = set(ALGORITHMS) - {used}
    names = ["none", "None", "NONE", "HS384", "HS512", *sorted(others)]
    heads = [_encode(json.loads(_decode(head)) | {"alg": name}) for name in names]
    _require_refused(
        world,
        [f"{each}.{body}.{end}" for each in heads for end in ("", signature)],
        "with another algorithm",
    )
    return f"tokens are signed with {used}; {', '.join(names)} are refused"


@requirement("9.1.3")
def no_key_is_taken_from_a_token(world: World) -> str:
    head, body, _ = _log_in(world).split(".")
    secret = b"a key of another service, long enough"
    jwk = {"kty": "oct", "k": urlsafe_b64encode(secret).decode().rstrip("=")}
    place = "https://attacker.example/keys"
    additions: list[dict[str, object]] = [
        {"jwk": jwk},
        {"jku": place},
        {"x5u": place},
        {"kid": "../../dev/null"},
    ]
    heads = [
        _encode(json.loads(_decode(head)) | {"alg": "HS256"} | addition) for addition in additions
    ]
    _require_refused(
        world,
        [_sign(f"{each}.{body}", secret) for each in heads],
        "that brings or names its own key",
    )
    return "jwk, jku, x5u and a foreign kid are refused"


@requirement("9.2.1")
def expired_tokens_are_refused(world: World) -> str:
    token, life = _log_in(world), settings.JWT_EXPIRATION
    later = timezone.now() + life + timedelta(seconds=1)
    with patch.object(timezone, "now", lambda: later):
        _require_refused(world, [token], f"that is older than {life}")
    return f"access tokens live {life} and are refused afterwards"


@requirement("9.2.2")
def tokens_are_for_one_purpose(world: World) -> str:
    tokens = log_in(world, world.add_person()).answer
    _require_refused(world, [tokens["refreshToken"]], "that is for refreshing")
    require(
        refresh(world, tokens["accessToken"]).status_code == 401,
        "an access token refreshes a session",
    )
    return "a refresh token opens nothing, an access token refreshes nothing"


@requirement("9.2.3")
def tokens_for_others_are_refused(world: World) -> str:
    for name in ("JWT_AUDIENCE", "JWT_ISSUER"):
        with override_settings(**{name: "another-service"}):
            token = _log_in(world)
        _require_refused(world, [token], f"that was made under another {name}")
    return f"only tokens for {settings.JWT_AUDIENCE} from {settings.JWT_ISSUER} are taken"


@requirement("10.4.5")
def a_replayed_refresh_token_ends_the_session(world: World) -> str:
    grace = settings.JWT_REFRESH_GRACE
    require(grace <= LONGEST_GRACE, f"a refresh token is good again for {grace}")
    first = log_in(world, world.add_person())
    second = Tokens(refresh(world, first.answer["refreshToken"]).json())
    require(world.is_let_in(second.header), "a refreshed session does not open anything")
    with override_settings(JWT_REFRESH_GRACE=timedelta(seconds=-1)):
        replayed = refresh(world, first.answer["refreshToken"]).status_code
    require(replayed == 401, "a refresh token is good twice")
    require(is_dead(world, second), "the session of a replayed refresh token lives on")
    return f"a refresh token is good once; used again after {grace} it ends the session"


def _log_in(world: World) -> str:
    return str(log_in(world, world.add_person()).answer["accessToken"])


def _require_refused(world: World, tokens: Iterable[str], what: str) -> None:
    require(not any(is_taken(world, token) for token in tokens), f"a token {what} is taken")


def _decode(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _encode(value: object) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _sign(text: str, secret: bytes) -> str:
    digest = hmac.digest(secret, text.encode(), hashlib.sha256)
    return f"{text}.{urlsafe_b64encode(digest).decode().rstrip('=')}"
