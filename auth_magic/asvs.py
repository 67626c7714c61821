"""The checks of this plugin for `manage.py auth_audit`: codes in mails (V6.5, V6.6)."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.urls import reverse

from auth_core.asvs.catalogue import require, requirement
from auth_core.asvs.world import Person, World
from auth_magic.models import MagicLogin
from auth_magic.waiting import DIGITS, LIFE, MOST_TRIES, begin, make_client

LONGEST = timedelta(minutes=10)
# ASVS 5.0, 6.5.4, has six digits for enough.
FEWEST_DIGITS = 6


def wait(person: Person) -> tuple[str, str, str]:
    """Let a login of the person wait; return the client, the token of the link and the code."""
    address, users = f"{person.username}@example.org", get_user_model()
    column = users.get_email_field_name()
    users._default_manager.filter(pk=person.user.pk).update(**{column: address})
    client = make_client(address)
    return client, *begin(person.user, client)


def confirm(world: World, person: Person, client: str, token: str) -> int:
    body = {"client": client, "token": token}
    return int(world.send("post", reverse("confirm-magic-login"), body, by=person).status_code)


@requirement("6.5.1")
def codes_are_good_once(world: World) -> str:
    person = world.add_person()
    client, link, code = wait(person)
    statuses = [confirm(world, person, client, each) for each in (code, code, link)]
    require(statuses == [201, 401, 401], f"a code that was used again was answered {statuses}")
    return "a code logs in once, and its link is used up with it"


@requirement("6.5.4")
def codes_have_enough_digits(world: World) -> str:
    codes = {wait(world.add_person())[2] for _ in range(5)}
    shortest = min(map(len, codes))
    require(shortest >= FEWEST_DIGITS, f"a code has {shortest} digits")
    require(len(codes) > 1, "all codes are the same")
    return f"a code has {DIGITS} digits of chance"


@requirement("6.5.5")
def codes_end(world: World) -> str:
    require(LIFE <= LONGEST, f"a code lives {LIFE}")
    person = world.add_person()
    client, _, code = wait(person)
    row = MagicLogin.objects.filter(user=person.user)
    row.update(expires_at=row.get().expires_at - LIFE)
    status = confirm(world, person, client, code)
    require(status == 401, f"a code that is over was answered {status}")
    return f"a code ends after {LIFE}"


@requirement("6.6.2")
def codes_are_bound_to_their_request(world: World) -> str:
    person = world.add_person()
    _, link, code = wait(person)
    others = [wait(person)[0], make_client("eve@example.org")]
    statuses = {confirm(world, person, other, each) for other in others for each in (code, link)}
    require(statuses == {401}, f"a code of another request was answered {sorted(statuses)}")
    return "a code and a link are good for the client that asked alone"


@requirement("6.6.3")
def codes_cannot_be_guessed(world: World) -> str:
    person = world.add_person()
    client, _, code = wait(person)
    wrong = [f"{number:0{DIGITS}}" for number in range(MOST_TRIES + 1)]
    for guess in wrong:
        if guess != code:
            confirm(world, person, client, guess)
    status = confirm(world, person, client, code)
    require(status in (401, 429), f"after {len(wrong)} wrong codes the right one was taken")
    return f"after {MOST_TRIES} wrong codes the right one is refused"
