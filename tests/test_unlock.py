"""Locks end before their time: by a new password, by a command, in the admin."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import caches
from django.core.management import CommandError, call_command
from django.test import Client
from rest_framework.test import APIClient

from auth_core.lockout import database, redis
from auth_core.lockout.guard import name_account
from auth_core.models import AuthEvent
from runtime.storage import configure_cache
from tests.admin_pages import address_of
from tests.environment import require
from tests.logins import try_rest
from tests.policies import ALL, make_user, write_policy
from tests.test_audit_accounts import Admin, Graph, Rest
from tests.test_cache import answers

REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/0")
NEW = "analytical engine of 1837"
HERE = "127.0.0.1"


@pytest.fixture(params=[database, redis], ids=["database", "redis"], autouse=True)
def counters(request: pytest.FixtureRequest, settings: Any, quick_hashes: None) -> Iterator[Any]:
    if request.param is redis:
        require(answers(REDIS_URL), "a Redis server (TEST_REDIS_URL)")
        settings.CACHES = {"default": configure_cache(REDIS_URL) | {"KEY_PREFIX": uuid4().hex}}
    else:
        settings.CACHES = {"default": configure_cache("")}
    settings.LOCKOUT_ACCOUNT_TRIES = 1
    # No lock of these tests ends by itself, however slow the machine is.
    settings.LOCKOUT_LONGEST *= 10
    yield request.param
    caches["default"].close()


def lock(counters: ModuleType, username: str, address: str = HERE) -> None:
    """Fail until the lock holds for minutes."""
    while counters.read(name_account(username), f"address:{address}").wait < 120:
        fail_once(counters, username, address)


def fail_once(counters: ModuleType, username: str, address: str) -> None:
    from auth_core.models import LoginCounter

    keys = [name_account(username), f"address:{address}"]
    if counters is database:
        LoginCounter.objects.filter(key__in=keys).update(locked_until=None)
    else:
        cache: Any = caches["default"]
        client = cache._cache.get_client(None, write=True)
        for key in keys:
            client.hdel(cache.make_key(f"{{lockout}}:{key}"), "locked_until")
    counters.count_failure(*keys)


def is_locked(username: str) -> bool:
    return bool(try_rest(username, username).status_code == 429)


def set_in_a_shell(user: Any) -> None:
    user.set_password(NEW)
    user.save()


def set_in_the_admin(admin: Any, user: Any) -> None:
    client = Client()
    client.force_login(admin)
    sent = {"password1": NEW, "password2": NEW, "usable_password": "true"}
    assert client.post(f"/admin/accounts/user/{user.pk}/password/", sent).status_code == 302


WAYS: dict[str, Callable[[Any, Any], None]] = {
    "rest": lambda admin, user: Rest(admin).change(user, password=NEW),
    "graphql": lambda admin, user: Graph(admin).change(user, password=NEW),
    "admin": set_in_the_admin,
    "shell": lambda _, user: set_in_a_shell(user),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_new_password_ends_the_lock_of_the_account(
    admin: Any, user: Any, counters: ModuleType, way: str
) -> None:
    lock(counters, "ada", "192.0.2.1")
    assert is_locked("ada")
    WAYS[way](admin, user)
    assert try_rest("ada", NEW).status_code == 201


def test_a_better_hash_of_the_same_password_ends_no_lock(user: Any, counters: ModuleType) -> None:
    lock(counters, "ada", "192.0.2.1")
    user.first_name = "Ada"
    user.save()
    user.save(update_fields=["password"])
    assert is_locked("ada")


def test_a_password_is_set_while_the_counters_cannot_be_reached(user: Any, settings: Any) -> None:
    settings.CACHES = {"default": configure_cache("redis://127.0.0.1:1/0")}
    set_in_a_shell(user)
    user.refresh_from_db()
    assert user.check_password(NEW)


def test_the_command_unlocks_an_account_in_every_spelling(
    user: Any, counters: ModuleType, capsys: Any
) -> None:
    lock(counters, "ada", "192.0.2.1")
    call_command("unlock", "ADA")
    assert capsys.readouterr().out == "Unlocked ADA.\n"
    assert try_rest("ada", "ada").status_code == 201
    call_command("unlock", "nobody")
    assert capsys.readouterr().out == "nobody has no failed logins.\n"
    assert [event.username for event in AuthEvent.objects.filter(event="unlock")] == [
        "nobody",
        "ADA",
    ]


@pytest.mark.parametrize(
    ("locked", "given"),
    [(HERE, HERE), (HERE, f"::ffff:{HERE}"), ("2001:db8::/64", "2001:db8::7")],
)
def test_the_command_unlocks_an_address(
    db: None, counters: ModuleType, settings: Any, locked: str, given: str
) -> None:
    settings.LOCKOUT_ADDRESS_TRIES = 1
    lock(counters, "somebody", locked)
    call_command("unlock", "--address", given)
    assert not counters.read(name_account("other"), f"address:{locked}").wait
    assert AuthEvent.objects.get(event="unlock").detail.startswith("address ")


def test_the_command_unlocks_all(user: Any, counters: ModuleType, capsys: Any) -> None:
    lock(counters, "ada", "192.0.2.1")
    lock(counters, "eve", "192.0.2.2")
    call_command("unlock", "--all")
    assert capsys.readouterr().out == "Unlocked. Counters that had failed logins: 4.\n"
    assert try_rest("ada", "ada").status_code == 201


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--address", "here"],
        ["--address", ""],
        ["ada", "--all"],
        ["--all", "--address", HERE],
        ["\udcff"],
    ],
)
def test_the_command_refuses_what_it_does_not_understand(db: None, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("unlock", *arguments)
    assert not AuthEvent.objects.exists()


def test_the_command_says_that_the_counters_cannot_be_reached(db: None, settings: Any) -> None:
    settings.CACHES = {"default": configure_cache("redis://127.0.0.1:1/0")}
    for arguments in (["ada"], ["--all"]):
        with pytest.raises(CommandError, match="cannot be reached"):
            call_command("unlock", *arguments)
    assert not AuthEvent.objects.exists()


def unlock_in_the_admin(client: Client, *users: Any) -> Any:
    sent = {"action": "unlock_selected", "_selected_action": [str(user.pk) for user in users]}
    return client.post(address_of(type(users[0]), "changelist"), sent, follow=True)


def test_the_admin_unlocks_chosen_users(admin: Any, user: Any, counters: ModuleType) -> None:
    lock(counters, "ada", "192.0.2.1")
    answer = unlock_in_the_admin(Admin(admin).client, admin, user)
    assert "Unlocked 1 of 2 selected users" in answer.text
    assert try_rest("ada", "ada").status_code == 201
    event = AuthEvent.objects.get(event="unlock", username="ada")
    assert (event.user_id, event.actor_id) == (user.pk, admin.pk)


def test_staff_unlock_only_users_whom_they_may_change(
    policy: Any, user: Any, counters: ModuleType
) -> None:
    policy(write_policy(User=ALL.replace('update = "all"', 'update = "own"')))
    client = Client()
    client.force_login(make_user("boss", "user", is_staff=True))
    lock(counters, "ada", "192.0.2.1")
    unlock_in_the_admin(client, user)
    assert is_locked("ada")
    assert not AuthEvent.objects.filter(event="unlock").exists()
    policy(write_policy(User=ALL))
    unlock_in_the_admin(client, user)
    assert not is_locked("ada")


def test_nobody_unlocks_by_the_api(user: Any, counters: ModuleType) -> None:
    api = APIClient()
    api.force_authenticate(user)
    lock(counters, "ada", "192.0.2.1")
    assert api.patch(f"/api/users/{user.pk}", {"firstName": "Ada"}).status_code == 200
    assert is_locked("ada")
