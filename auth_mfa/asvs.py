"""The checks of this plugin for `manage.py auth_audit`: second factors (V6.3 to V6.5, V7.5)."""

from __future__ import annotations

from base64 import b32decode
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

import pyotp
from django.conf import settings
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from auth_core.asvs.catalogue import require, requirement
from auth_core.asvs.logins import login_ways
from auth_core.asvs.world import Person, World
from auth_mfa.codes import make_recovery_codes
from auth_mfa.models import Factor, RecoveryCode
from auth_mfa.secrets import encrypt, make_secret

# Bits that a code may be guessed from its digest with, and those of a secret (RFC 4226, section 4).
BITS_OF_CODES, BITS_OF_SECRETS = 112, 160
BITS_EACH = 5
STEP = 30
_demanded: ContextVar[tuple[str, ...]] = ContextVar("_demanded", default=())


@contextmanager
def prepare() -> Iterator[None]:
    """Let the people of the audit in without a second factor; 6.3.3 checks what is demanded."""
    token = _demanded.set(tuple(settings.MFA_REQUIRED_FOR))
    try:
        with override_settings(MFA_REQUIRED_FOR=[]):
            yield
    finally:
        _demanded.reset(token)


def add_owner(world: World, role: str | None = None, **flags: Any) -> tuple[Person, str, list[str]]:
    """Return a person with a factor in force, its secret and the recovery codes."""
    person, secret, now = world.add_person(role, **flags), make_secret(), timezone.now()
    Factor.objects.create(
        user=person.user, secret=encrypt(secret), created_at=now, confirmed_at=now
    )
    return person, secret, make_recovery_codes(person.user)


def log_in(world: World, person: Person, code: str) -> int:
    body = {"username": person.username, "password": person.password, "otp": code}
    return int(world.send("post", reverse("login"), body, by=person).status_code)


def show(secret: str, *, ago: int = 0) -> str:
    return pyotp.TOTP(secret).at(timezone.now() - timedelta(seconds=ago))


@requirement("6.3.3")
def everybody_needs_a_second_factor(world: World) -> str:
    demanded = _demanded.get()
    missing = [role for role in settings.ROLES if role not in demanded]
    require(not missing, f"MFA_REQUIRED_FOR lets a password alone in for {', '.join(missing)}")
    role = demanded[0]
    with override_settings(MFA_REQUIRED_FOR=[*demanded]):
        _require_closed(world, world.add_person(role, is_staff=True), "without a factor")
        person, secret, _ = add_owner(world, role, is_staff=True)
        _require_closed(world, person, "with a factor")
        status = log_in(world, person, show(secret))
    require(status == 201, f"a login with the code was answered {status}")
    return f"a password alone opens nothing for {', '.join(demanded)}"


def _require_closed(world: World, person: Person, which: str) -> None:
    opened = [name for name, way in login_ways(world).items() if way(person, person.password)]
    require(not opened, f"a password alone opens {', '.join(opened)} {which}")


@requirement("6.3.4")
def no_way_passes_the_second_factor(world: World) -> str:
    person, _, _ = add_owner(world, is_staff=True)
    _require_closed(world, person, "with a factor")
    return f"who has a factor needs it at {', '.join(login_ways(world))}"


@requirement("6.5.1")
def codes_are_good_once(world: World) -> str:
    person, secret, recovery = add_owner(world)
    for kind, code in (("an app", show(secret)), ("recovery", recovery[0])):
        statuses = [log_in(world, person, code) for _ in range(2)]
        require(statuses == [201, 401], f"a code of {kind} that was used twice: {statuses}")
    return "a code of an app and a recovery code log in once"


@requirement("6.5.2")
def recovery_codes_are_kept_as_digests(world: World) -> str:
    person, _, recovery = add_owner(world)
    bits = min(len(code.replace("-", "")) for code in recovery) * BITS_EACH
    require(bits >= BITS_OF_CODES, f"a recovery code has {bits} bits")
    kept = repr(list(RecoveryCode.objects.filter(user=person.user).values()))
    shown = [code for code in recovery if code in kept or code.replace("-", "") in kept]
    require(not shown, "the database has recovery codes that can be read")
    return f"recovery codes have {bits} bits, and the database has their digests"


@requirement("6.5.3", "6.5.4")
def secrets_are_random(world: World) -> str:
    secrets = {make_secret() for _ in range(5)}
    codes = [code for _ in range(2) for code in add_owner(world)[2]]
    bits = min(8 * len(b32decode(secret)) for secret in secrets)
    require(len(secrets) == 5, "two apps get one secret")
    require(len(set(codes)) == len(codes), "two recovery codes are the same")
    require(bits >= BITS_OF_SECRETS, f"the secret of an app has {bits} bits")
    return f"secrets of apps have {bits} bits of chance; no recovery code comes twice"


@requirement("6.5.5")
def codes_of_apps_end(world: World) -> str:
    person, secret, _ = add_owner(world)
    step = pyotp.TOTP(secret).interval
    require(step <= STEP, f"a code of an app counts for {step} s")
    # Those beside it are taken, as clocks differ (RFC 6238, section 5.2).
    for ago in (2 * STEP, -3 * STEP):
        status = log_in(world, person, show(secret, ago=ago))
        require(status == 401, f"a code of {ago} s ago was answered {status}")
    return f"a code of an app counts for {step} s, and for those beside it, as clocks differ"


@requirement("7.5.1")
def factors_are_set_up_with_the_password(world: World) -> str:
    person = world.add_person()
    headers = world.log_in(person).header
    path = reverse("totp")
    bodies: tuple[dict[str, str], ...] = ({}, {"currentPassword": "a password of no account"})
    answers = [world.send("post", path, body, headers=headers, by=person) for body in bodies]
    taken = [answer.status_code for answer in answers if answer.status_code < 400]
    require(not taken, "a token alone sets up a second factor")
    return "a second factor is not set up without the password"
