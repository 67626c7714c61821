"""V7: the sessions of browsers in Django's admin; those of tokens are their provider's to check."""

from __future__ import annotations

import math
from datetime import timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.test import Client
from django.urls import reverse

from auth_core.asvs.catalogue import require, requirement
from auth_core.asvs.world import World

# Documented decision: who was away for a month logs in anew, as NIST SP 800-63B-4 recommends for
# one factor.
LONGEST = timedelta(days=30)
BITS = 128
# Of a character of Django's session keys: a-z and 0-9.
BITS_EACH = math.log2(36)


@requirement("7.2.3")
def session_keys_cannot_be_guessed(world: World) -> str:
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore
    keys = [store()._get_new_session_key() for _ in range(5)]  # noqa: SLF001 (the place where keys are made)
    bits = int(min(map(len, keys)) * BITS_EACH)
    require(len(set(keys)) == len(keys), "two sessions of the admin have one key")
    require(bits >= BITS, f"the key of an admin's session has {bits} bits")
    return f"keys of the admin's sessions have {bits} bits"


@requirement("7.2.4")
def a_login_begins_a_new_session(world: World) -> str:
    person = world.add_administrator()
    browser, _ = world.open_admin(person)
    old = _session_key(browser)
    form = {"username": person.username, "password": person.password}
    browser.post(reverse("admin:login"), form, secure=True)
    require(_session_key(browser) != old, "logging in again keeps the session key of before")
    require(
        not world.is_in_admin(_resume(world, old)), "the session of before the login is still good"
    )
    return "the admin gives a new session key at every login and ends the old one"


@requirement("7.3.1")
def who_is_away_logs_in_anew(world: World) -> str:
    age = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    require(age <= LONGEST, f"a session of the admin lasts {age} without use")
    return f"a session of the admin ends after {age}"


@requirement("7.3.2")
def no_session_lasts_for_ever(world: World) -> str:
    age = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    require(
        not settings.SESSION_SAVE_EVERY_REQUEST,
        "a session of the admin is prolonged by every request",
    )
    require(age <= LONGEST, f"a session of the admin lasts {age}")
    return f"a session of the admin ends {age} after the login, however busy"


@requirement("7.4.1")
def leaving_ends_the_session(world: World) -> str:
    browser, _ = world.open_admin(world.add_administrator())
    require(world.is_in_admin(browser), "the admin does not let an administrator in")
    key = _session_key(browser)
    browser.post(reverse("admin:logout"), secure=True)
    require(
        not world.is_in_admin(_resume(world, key)),
        "a session of the admin is good after logging out",
    )
    return "logging out of the admin ends the session"


@requirement("7.4.2")
def accounts_take_their_sessions_along(world: World) -> str:
    disabled, deleted = world.add_administrator(), world.add_administrator()
    browsers = [world.open_admin(person)[0] for person in (disabled, deleted)]
    disabled.user.is_active = False
    disabled.user.save()
    deleted.user.delete()
    require(
        not any(map(world.is_in_admin, browsers)), "a session of the admin outlives its account"
    )
    return "sessions of the admin end with their account"


def _session_key(browser: Client) -> str:
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


def _resume(world: World, key: str) -> Client:
    browser = world.client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = key
    return browser
