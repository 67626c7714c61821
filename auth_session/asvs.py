"""The checks of this provider for `manage.py auth_audit`: sessions (V7)."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from auth_core.asvs.catalogue import AbsentError, require, requirement
from auth_core.asvs.world import Tokens, World


def log_in(world: World) -> Tokens:
    tokens = world.log_in(world.add_person())
    if settings.SESSION_COOKIE_NAME not in tokens.cookies:
        raise AbsentError("another plugin answers logins, so no session cookie is set")
    return tokens


@requirement("7.2.4")
def every_login_begins_a_session(world: World) -> str:
    keys = {log_in(world).cookies[settings.SESSION_COOKIE_NAME] for _ in range(2)}
    require(len(keys) == 2, "two logins have the same session cookie")
    planted = world.client(person := world.add_person())
    planted.cookies[settings.SESSION_COOKIE_NAME] = planted_key = keys.pop()
    body = {"username": person.username, "password": person.password}
    planted.post(reverse("login"), body, content_type="application/json", secure=True)
    new = planted.cookies[settings.SESSION_COOKIE_NAME].value
    require(new != planted_key, "a login keeps the session that the browser had before")
    return "every login begins a session with a new key"


@requirement("7.4.1")
def logging_out_ends_the_cookie(world: World) -> str:
    tokens = log_in(world)
    require(world.is_let_in(tokens.header), "the session cookie opens nothing")
    world.send("post", reverse("logout"), {}, headers=tokens.header)
    require(not world.is_let_in(tokens.header), "a session cookie is good after logging out")
    return "logging out ends the session of the cookie at once"


@requirement("7.4.2")
def cookies_end_with_their_account(world: World) -> str:
    person = world.add_person()
    tokens = world.log_in(person)
    person.user.is_active = False
    person.user.save()
    require(not world.is_let_in(tokens.header), "a cookie is good without an active account")
    return "session cookies end with their account at once"
