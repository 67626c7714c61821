"""The checks of this plugin for `manage.py auth_audit`: recovery and notices (V6), what a new
password and a new address need (V7).
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any
from unittest.mock import patch

from django.db import connection
from django.urls import reverse

from auth_accounts.addresses import read_email, verify_address
from auth_accounts.models import AccountToken, Purpose
from auth_accounts.tokens import LIVES, issue_token
from auth_core.asvs.catalogue import require, requirement
from auth_core.asvs.passwords import make_text
from auth_core.asvs.world import Person, World

# Bits of a token, and how long the link of a mail may live.
BITS = 128
LONGEST = timedelta(days=7)
# 256 bits of chance in the alphabet of base64.
BITS_EACH = 6
# The mails that follow a change, and what changed.
KINDS = {"notice": "password", "moved": "e-mail address"}


def add_owner(world: World) -> Person:
    """Return a person with a verified address."""
    person = world.add_person()
    address = f"{person.username}@example.org"
    type(person.user)._default_manager.filter(pk=person.user.pk).update(
        **{person.user.get_email_field_name(): address}
    )
    person.user.refresh_from_db()
    verify_address(person.user, address)
    return person


def reset(world: World, person: Person) -> tuple[str, Any]:
    """Choose a new password by a link, twice; return it and both answers."""
    new = f"New-{make_text(28)}"
    token = issue_token(Purpose.RESET, read_email(person.user), user=person.user)
    body = {"token": token, "newPassword": new}
    path = reverse("reset-password")
    return new, [world.send("post", path, body, by=person) for _ in range(2)]


def notify(since: int) -> None:
    """Do what would follow the commit: the audit is rolled back."""
    for _, follow, *_ in connection.run_on_commit[since:]:
        follow()


@requirement("6.3.7")
def owners_are_told_of_changes(world: World) -> str:
    person = add_owner(world)
    mails: list[Any] = []
    address, before = read_email(person.user), len(connection.run_on_commit)
    with (
        patch("auth_accounts.notices.deliver", mails.append),
        patch("auth_accounts.notices.outbox.put", lambda job: job()),
    ):
        person.user.set_password(f"New-{make_text(28)}")
        person.user.save()
        notify(before)
        before = len(connection.run_on_commit)
        setattr(person.user, person.user.get_email_field_name(), "new@example.org")
        person.user.save()
        notify(before)
    told = {mail.template.rpartition("/")[2] for mail in mails if mail.to == address}
    missing = [what for name, what in sorted(KINDS.items()) if name not in told]
    require(not missing, f"nobody is told of a new {', '.join(missing)}")
    return f"the owner is told of a new {', '.join(KINDS.values())}"


@requirement("6.4.1")
def links_are_random_short_lived_and_good_once(world: World) -> str:
    person = add_owner(world)
    tokens = {issue_token(purpose, "asvs@example.org", user=person.user) for purpose in LIVES}
    require(len(tokens) == len(LIVES), "two links have one token")
    bits = BITS_EACH * min(map(len, tokens))
    require(bits >= BITS, f"the token of a link has {bits} bits")
    require(max(LIVES.values()) <= LONGEST, f"a link lives {max(LIVES.values())}")
    _, answers = reset(world, person)
    statuses = [answer.status_code for answer in answers]
    require(statuses == [204, 400], f"a link that was used twice was answered {statuses}")
    late = issue_token(Purpose.RESET, read_email(person.user), user=person.user)
    AccountToken.objects.update(expires_at=AccountToken.objects.latest("created_at").created_at)
    body = {"token": late, "newPassword": f"New-{make_text(28)}"}
    status = world.send("post", reverse("reset-password"), body, by=person).status_code
    require(status == 400, f"a link that is over was answered {status}")
    return f"links have {bits} bits, live {max(LIVES.values())} at most and are good once"


@requirement("6.4.3")
def a_forgotten_password_passes_no_second_factor(world: World) -> str:
    person = add_owner(world)
    new, (answer, _) = reset(world, person)
    require(answer.status_code == 204, f"a reset was answered {answer.status_code}")
    require(not answer.content and not answer.cookies, "a reset logs the person in")
    require(world.try_login(person).status_code == 401, "the old password is still good")
    require(world.try_login(person, new).status_code == 201, "the new password does not log in")
    return "a reset logs nobody in: the login that follows asks for all that a login asks for"


@requirement("7.4.3")
def a_new_password_ends_the_sessions(world: World) -> str:
    person = add_owner(world)
    tokens = world.log_in(person)
    require(world.is_let_in(tokens.header), "a login opens nothing")
    reset(world, person)
    require(not world.is_let_in(tokens.header), "a session outlives the reset of its password")
    return "a reset of the password ends all sessions"


@requirement("7.5.1")
def a_new_address_needs_the_password(world: World) -> str:
    person = add_owner(world)
    headers = world.log_in(person).header
    old, email = read_email(person.user), f"new-{person.username}@example.org"
    ask = partial(world.send, headers=headers, by=person)
    wrong = {"email": email, "currentPassword": make_text(20)}
    tried = {
        "without the password": ask("post", reverse("change-email"), {"email": email}),
        "with a wrong one": ask("post", reverse("change-email"), wrong),
        "directly": ask("patch", reverse("me"), {"email": email}),
    }
    taken = [name for name, answer in tried.items() if answer.status_code < 400]
    person.user.refresh_from_db()
    require(not taken and read_email(person.user) == old, f"an address is changed {taken}")
    return f"one's own address is not changed {', '.join(tried)}"
