"""A password that came with a request is hashed once, then known for a while; whatever changes ends
that at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.cache import caches
from rest_framework.test import APIClient

from auth_core import expiring_set
from auth_core.backend import PolicyBackend
from auth_core.expiring_set import ExpiringSet
from auth_core.lockout import repeats
from auth_core.lockout.repeats import verified_passwords
from auth_core.models import AuthEvent
from runtime.storage import configure_cache
from tests.environment import require
from tests.logins import SURFACES, is_welcome, try_basic, try_rest
from tests.test_cache import answers
from tests.test_lockout_counters import REDIS_URL
from tests.test_login import CountingHasher

User = get_user_model()


@pytest.fixture(autouse=True)
def cheap_counted_hashes(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PASSWORD_HASHERS = ["tests.test_login.CountingHasher", *settings.PASSWORD_HASHERS[1:]]
    for name, value in {"time_cost": 1, "memory_cost": 8, "parallelism": 1}.items():
        monkeypatch.setattr(CountingHasher, name, value)


@pytest.fixture(params=["database", "redis"])
def counters(request: pytest.FixtureRequest, settings: Any) -> Iterator[None]:
    """Count failures in the database, then in Redis."""
    url = REDIS_URL if request.param == "redis" else ""
    if url:
        require(answers(url), "a Redis server (TEST_REDIS_URL)")
    settings.CACHES = {"default": configure_cache(url) | {"KEY_PREFIX": uuid4().hex}}
    yield
    caches["default"].close()


def lock_for_long(settings: Any) -> None:
    """Let the next failure lock for more than the moment that a busy machine takes for a request."""
    settings.LOCKOUT_ACCOUNT_TRIES = settings.LOCKOUT_ADDRESS_TRIES = -9


def ask(password: str = "admin", username: str = "admin", **extra: Any) -> int:  # noqa: S107
    return int(try_basic(username, password, **extra).status_code)


def count_hashes(act: Callable[[], object]) -> int:
    CountingHasher.runs = 0
    act()
    return CountingHasher.runs


def test_a_right_password_is_hashed_once(admin: Any) -> None:
    assert count_hashes(ask) == 1
    assert count_hashes(lambda: [ask() for _ in range(5)]) == 0


def test_it_costs_one_query_and_answers_the_same(
    counters: None, admin: Any, django_assert_num_queries: Any
) -> None:
    admin.groups.add(Group.objects.get_or_create(name="user")[0])
    cold = try_basic("admin", "admin")
    with django_assert_num_queries(1):
        warm = try_basic("admin", "admin")
    assert (
        warm.json()
        == cold.json()
        == {"id": str(admin.pk), "username": "admin", "roles": ["admin", "user"]}
    )


@pytest.mark.parametrize("name", ["admin", "nobody"])
def test_a_wrong_password_costs_a_hash_each_time_for_every_user(admin: Any, name: str) -> None:
    for _ in range(2):
        for number in range(2):
            assert count_hashes(lambda guess=f"wrong {number}": ask(guess, name)) == 1  # type: ignore[misc]
        assert ask() == 200


def test_a_login_is_hashed_even_if_the_password_is_known(admin: Any) -> None:
    ask()
    assert count_hashes(lambda: try_rest("admin", "admin")) == 1


def rows() -> Any:
    return User.objects.filter(username="admin")


ENDS: dict[str, Callable[[], object]] = {
    "changed password": lambda: rows().update(password=make_password("another")),
    "unusable password": lambda: rows().update(password=make_password(None)),
    "no password": lambda: rows().update(password=""),
    "deactivated user": lambda: rows().update(is_active=False),
    "renamed user": lambda: rows().update(username="other"),
    "deleted user": lambda: rows().delete(),
}


@pytest.mark.parametrize("end", ENDS)
def test_it_ends_with_the_next_request(admin: Any, another_admin: Any, end: str) -> None:
    assert (ask(), ask()) == (200, 200)
    ENDS[end]()
    assert ask() == 401


def test_the_same_password_set_anew_is_hashed_anew(admin: Any) -> None:
    ask()
    User.objects.update(password=make_password("admin"))
    assert [count_hashes(ask) for _ in range(2)] == [1, 0]


def test_a_user_of_the_same_name_and_password_is_hashed_anew(
    admin: Any, another_admin: Any
) -> None:
    ask()
    admin.delete()
    User.objects.create_user("admin", password="admin")
    assert [count_hashes(ask) for _ in range(2)] == [1, 0]


def test_roles_are_those_of_the_moment(admin: Any, another_admin: Any) -> None:
    ask()
    admin.groups.clear()
    assert try_basic("admin", "admin").json()["roles"] == []


def test_a_password_that_everybody_knows_is_refused_as_soon_as_that_counts(
    admin: Any, settings: Any
) -> None:
    ask()
    settings.REFUSE_DEFAULT_PASSWORDS = True
    assert ask() == 401


def test_an_old_hash_is_upgraded_by_the_first_request(admin: Any) -> None:
    User.objects.update(password=make_password("admin", hasher="pbkdf2_sha256"))
    assert ask() == 200
    assert User.objects.get().password.startswith("argon2$argon2id$")
    assert count_hashes(ask) == 0


def test_a_lock_of_the_account_ends_it(counters: None, admin: Any, settings: Any) -> None:
    ask()
    lock_for_long(settings)
    ask("wrong", REMOTE_ADDR="192.0.2.1")
    response = try_basic("admin", "admin")
    assert (response.status_code, response.json()["title"]) == (429, "Too Many Requests")


def test_a_lock_of_the_address_ends_it_there(counters: None, admin: Any, settings: Any) -> None:
    ask()
    lock_for_long(settings)
    ask("wrong", "nobody")
    assert ask() == 429
    assert ask(REMOTE_ADDR="192.0.2.1") == 200


def test_a_right_password_clears_the_failures_without_a_hash(counters: None, admin: Any) -> None:
    ask()
    for _ in range(3):
        assert [ask(f"wrong {number}") for number in range(4)] == [401] * 4
        assert count_hashes(ask) == 0


def test_it_is_forgotten_five_minutes_after_the_last_request(
    admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(expiring_set, "monotonic", lambda: now[0])
    hashes = []
    for pause in (0, 299, 299, 301, 299):
        now[0] += pause
        hashes.append(count_hashes(ask))
    assert hashes == [1, 0, 0, 1, 0]


def test_what_is_remembered_is_bounded() -> None:
    memory = ExpiringSet(300, most=3)
    for number in range(10):
        memory.add(number)
    assert len(memory) == 3
    assert (8 in memory, memory.renew(9), memory.renew(1)) == (True, True, False)


def test_nothing_that_is_remembered_tells_the_password(admin: Any) -> None:
    ask()
    assert {type(key) for key in verified_passwords._times} == {bytes}
    assert {len(key) for key in verified_passwords._times if isinstance(key, bytes)} == {32}
    assert "admin" not in repr(vars(verified_passwords)) + repr(repeats._in_flight)


class OtherBackend(ModelBackend):
    """Takes something else for the password."""

    def authenticate(
        self, request: Any, username: Any = None, password: Any = None, **_: Any
    ) -> Any:
        return User.objects.filter(username=username).first() if password == "one-time" else None


def test_what_another_backend_took_is_not_remembered(admin: Any, settings: Any) -> None:
    settings.AUTHENTICATION_BACKENDS = [
        f"{__name__}.OtherBackend",
        "auth_core.backend.PolicyBackend",
    ]
    asked: list[object] = []
    for password in ("one-time", "admin"):
        asked += [(ask(password), count_hashes(lambda given=password: ask(given)))]  # type: ignore[misc]
    settings.AUTHENTICATION_BACKENDS = ["auth_core.backend.PolicyBackend"]
    assert (asked, ask("one-time"), ask()) == ([(200, 0), (200, 0)], 401, 200)


class Directory(PolicyBackend):
    """Takes the passwords of a directory."""

    remembers, asked = True, 0

    def authenticate(
        self, request: Any, username: Any = None, password: Any = None, **_: Any
    ) -> Any:
        type(self).asked += 1
        return User.objects.filter(username=username).first() if password == "kept" else None


@pytest.fixture
def directory(settings: Any) -> None:
    settings.AUTHENTICATION_BACKENDS = [
        *settings.AUTHENTICATION_BACKENDS,
        f"{__name__}.Directory",
    ]
    Directory.asked = 0


def test_a_directory_is_asked_again_five_minutes_after_the_first_time(
    admin: Any, directory: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [ask("kept") for _ in range(3)] == [200] * 3
    assert Directory.asked == 1
    now = monotonic()
    for seconds in (200, 400):
        monkeypatch.setattr(expiring_set, "monotonic", lambda: now + seconds)  # noqa: B023
        assert ask("kept") == 200
    assert Directory.asked == 2


def test_a_new_stored_hash_ends_what_a_directory_said(admin: Any, directory: None) -> None:
    assert (ask("kept"), ask("kept"), Directory.asked) == (200, 200, 1)
    admin.set_password("another")
    admin.save()
    assert (ask("kept"), Directory.asked) == (200, 2)


def test_the_password_of_a_directory_is_not_changed_here(
    admin: Any, directory: None, api: APIClient
) -> None:
    token = try_rest("admin", "kept").json()["accessToken"]
    client = APIClient(headers={"Authorization": f"Bearer {token}"})
    body = {"currentPassword": "kept", "newPassword": "a password of our own"}
    answer = client.post("/api/me/password", body)
    assert (answer.status_code, answer.json()["detail"]) == (
        403,
        "Your password is kept by another service. Change it there.",
    )
    admin.refresh_from_db()
    assert admin.check_password("admin")


class ByAddress(PolicyBackend):
    """Finds the user by the e-mail address, and compares with the stored hash."""

    def authenticate(
        self, request: Any, username: Any = None, password: Any = None, **_: Any
    ) -> Any:
        user = User.objects.filter(username=username).first()
        return user if user and user.check_password(password) else None


def test_a_password_of_the_stored_hash_is_changed_whichever_backend_took_it(
    admin: Any, settings: Any, api: APIClient
) -> None:
    settings.AUTHENTICATION_BACKENDS = [f"{__name__}.ByAddress"]
    token = try_rest("admin", "admin").json()["accessToken"]
    client = APIClient(headers={"Authorization": f"Bearer {token}"})
    body = {"currentPassword": "admin", "newPassword": "a password of our own"}
    assert client.post("/api/me/password", body).status_code == 204
    admin.refresh_from_db()
    assert admin.check_password("a password of our own")


@pytest.mark.parametrize("surface", SURFACES)
def test_a_directory_that_does_not_answer_is_a_503(
    admin: Any, directory: None, surface: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise TimeoutError

    monkeypatch.setattr(Directory, "authenticate", fail)
    answer = SURFACES[surface]("admin", "wrong")
    code = answer.json()["errors"][0]["extensions"]["code"] if surface == "graphql" else ""
    assert code == "SERVICE_UNAVAILABLE" or answer.status_code == 503
    # Without a wait for the network: the service's own passwords come first.
    assert is_welcome(surface, SURFACES[surface]("admin", "admin"))
    assert not AuthEvent.objects.filter(event="failure").exists()


def test_the_same_guess_is_checked_by_one_after_the_other() -> None:
    guess, go = uuid4().bytes, Event()
    seen: list[tuple[bool, bool]] = []

    def check(_: int) -> None:
        with repeats.serialize_attempts(guess) as is_new:
            seen.append((is_new, guess in verified_passwords))
            go.wait(30)
            verified_passwords.add(guess)

    with ThreadPoolExecutor(3) as pool:
        done = pool.map(check, range(3))
        go.set()
        list(done)
    assert seen[0] == (True, False)
    assert {known for _, known in seen[1:]} == {True}
