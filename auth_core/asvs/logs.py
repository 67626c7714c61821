"""V16: the log has events and no secrets, and an error shows no internals to the client."""

from __future__ import annotations

import json
from base64 import b64encode
from unittest.mock import patch

from auth_core.asvs.catalogue import require, requirement
from auth_core.asvs.logins import login_ways
from auth_core.asvs.world import World
from auth_core.models import AuthEvent, EventName

MARK = "asvs-7d1f-internal-fault"
# Where an unexpected error is made to happen, and which way to log in meets it.
FAULTS = {
    "REST": "auth_core.views.log_in",
    "GraphQL": "auth_core.graphql.log_in",
    "admin": "auth_core.admin_login.authenticate_password",
}


@requirement("16.2.5")
def no_credential_is_logged(world: World) -> str:
    person = world.add_person(is_staff=True)
    wrong = f"wrong-{person.password}"
    for try_login in login_ways(world).values():
        try_login(person, wrong)
        try_login(person, person.password)
    tokens = world.log_in(person)
    world.is_let_in(tokens.header)
    secrets = [person.password, b64encode(f"{person.username}:{person.password}".encode()).decode()]
    secrets += [
        str(tokens.answer[name])
        for name in ("accessToken", "refreshToken")
        if name in tokens.answer
    ]
    events = [*AuthEvent.objects.filter(username=person.username).values()]
    kept = "\n".join([*world.lines, json.dumps(events, default=str)])
    require(
        not any(secret in kept for secret in secrets),
        "a password or a token is in the log or in an event",
    )
    return f"no password or token in {len(events)} events and {len(world.lines)} lines of the log"


@requirement("16.3.1")
def every_login_and_failure_is_logged(world: World) -> str:
    silent = []
    for name, try_login in login_ways(world).items():
        person = world.add_person(is_staff=True)
        try_login(person, "a password of no account")
        try_login(person, person.password)
        events = AuthEvent.objects.filter(username=person.username).order_by("pk")
        events = events.exclude(event=EventName.CREATION)
        lines = [
            line for line in world.lines if person.username in line and str(person.user.pk) in line
        ]
        if [event.event for event in events] != ["failure", "login"] or len(lines) < 2:
            silent.append(name)
    require(
        not silent, f"a login or a failure left no event or no line of the log: {', '.join(silent)}"
    )
    return f"an event and a line each for a login and a failure at {', '.join(login_ways(world))}"


@requirement("16.5.1")
def errors_tell_nothing_internal(world: World) -> str:
    person = world.add_person(is_staff=True)
    ways = {name: try_login for name, try_login in login_ways(world).items() if name in FAULTS}
    telling = []
    for name, try_login in ways.items():
        world.bodies.clear()
        with patch(FAULTS[name], side_effect=RuntimeError(MARK)):
            try_login(person, person.password)
        if not world.bodies or any(MARK in body or "Traceback" in body for body in world.bodies):
            telling.append(name)
    require(not telling, f"an unexpected error shows its cause at {', '.join(telling)}")
    return f"an unexpected error at {', '.join(ways)} is answered without its text or its stack"
