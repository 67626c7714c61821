"""Passwords are hashed one after the other, in the order of arrival, and nothing waits without a
bound.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from threading import Event, Thread
from typing import Any

import pytest
from argon2 import PasswordHasher
from argon2.low_level import Type
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import Argon2PasswordHasher, get_hasher, make_password
from django.test import Client
from rest_framework.test import APIClient

from accounts import hashing
from accounts.hashing_queue import HashingQueue
from api_http.exceptions import Busy
from auth_core.models import AuthEvent, EventName, LoginCounter
from runtime.storage import configure_cache
from tests.logins import SURFACES, try_rest

every_surface = pytest.mark.parametrize("surface", SURFACES)
PATIENCE = 30


@contextmanager
def held(queue: HashingQueue) -> Iterator[None]:
    """Let another thread have the turn."""
    done, has_turn = Event(), Event()

    def hold() -> None:
        with queue.take_turn(PATIENCE):
            has_turn.set()
            done.wait(PATIENCE)

    thread = Thread(target=hold)
    with ExitStack() as stack:
        thread.start()
        stack.callback(thread.join)
        stack.callback(done.set)
        assert has_turn.wait(PATIENCE)
        yield


@pytest.fixture
def short_wait(settings: Any) -> None:
    settings.HASH_QUEUE_SECONDS = 0.05


@pytest.fixture
def full(short_wait: None) -> Iterator[None]:
    """The turn is taken for longer than anybody waits."""
    with held(hashing.queue):
        yield


def wait_for_length(queue: HashingQueue, length: int) -> None:
    while len(queue._waiting) < length:
        Event().wait(0.001)


def test_turns_come_one_at_a_time_in_the_order_of_arrival() -> None:
    queue, order, working = HashingQueue(), [], []

    def work(number: int) -> None:
        with queue.take_turn(PATIENCE):
            working.append(number)
            order.append((number, len(working)))
            Event().wait(0.001)
            working.remove(number)

    with ThreadPoolExecutor(20) as pool, held(queue):
        for number in range(20):
            pool.submit(work, number)
            wait_for_length(queue, number + 1)
    assert order == [(number, 1) for number in range(20)]


def test_a_wait_ends_after_its_seconds_and_retries_are_spread() -> None:
    queue, waits = HashingQueue(), []
    with held(queue):
        for _ in range(30):
            with pytest.raises(Busy) as refusal, queue.take_turn(0.001):
                pytest.fail("the turn was taken")
            waits.append(refusal.value.wait)
    assert len(set(waits)) > 1
    assert all(2 <= wait <= 6 for wait in waits)


def test_the_line_moves_on_after_refusals_and_errors() -> None:
    queue = HashingQueue()
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), queue.take_turn(0):
            raise ZeroDivisionError
        with held(queue), pytest.raises(Busy), queue.take_turn(0):
            pytest.fail("the turn was taken")
    with queue.take_turn(0):
        pass


def test_a_turn_that_comes_as_the_wait_ends_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = HashingQueue()

    def come_late(turn: Event, _: float) -> bool:
        turn.set()
        return False

    with held(queue):
        monkeypatch.setattr("accounts.hashing_queue.Event.wait", come_late)
        with pytest.raises(Busy), queue.take_turn(0):
            pytest.fail("the turn was taken")
        monkeypatch.undo()
        queue._waiting.clear()
    with queue.take_turn(0):
        pass


def test_one_turn_serves_all_that_a_thread_hashes() -> None:
    queue, hashed = HashingQueue(), 0
    with queue.take_turn(0):
        for _ in range(2):
            with queue.take_turn(0):
                hashed += 1
    assert hashed == 2


@pytest.mark.parametrize("algorithm", ["argon2", "pbkdf2_sha256", "pbkdf2_sha1", "scrypt"])
def test_every_hasher_takes_its_turn(full: None, algorithm: str) -> None:
    hasher: Any = get_hasher(algorithm)
    with pytest.raises(Busy):
        make_password("secret", hasher=algorithm)
    with pytest.raises(Busy):
        hasher.verify("secret", ENCODED[algorithm])


ENCODED = {
    "argon2": "argon2$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$uSEuGlB3UrnSLjF8zAKuBw",
    "pbkdf2_sha256": "pbkdf2_sha256$1$salt$uSEuGlB3UrnSLjF8zAKuBw==",
    "pbkdf2_sha1": "pbkdf2_sha1$1$salt$uSEuGlB3UrnSLjF8zAKuBw==",
    "scrypt": "scrypt$2$salt$8$1$uSEuGlB3UrnSLjF8zAKuBw==",
}


@every_surface
def test_a_login_that_waits_too_long_is_given_the_time_to_come_again(
    admin: Any, full: None, surface: str
) -> None:
    response = SURFACES[surface]("admin", "admin")
    if surface == "graphql":
        assert [error["extensions"]["code"] for error in response.json()["errors"]] == [
            "SERVICE_UNAVAILABLE"
        ]
        return
    assert (response.status_code, int(response["Retry-After"]) in range(2, 7)) == (503, True)
    assert response["Content-Type"] == (
        "text/plain" if surface == "admin" else "application/problem+json"
    )


@every_surface
def test_a_refused_login_is_no_guess(
    admin: Any, settings: Any, short_wait: None, surface: str
) -> None:
    settings.CACHES = {"default": configure_cache("")}
    with held(hashing.queue):
        for number in range(8):
            SURFACES[surface]("admin", f"wrong {number}")
    assert not LoginCounter.objects.exists()
    assert not AuthEvent.objects.filter(event=EventName.FAILURE).exists()
    assert try_rest("admin", "admin").status_code == 201


def test_a_new_password_that_is_not_hashed_in_time_is_not_set(
    as_admin: APIClient, admin: Any, settings: Any
) -> None:
    body = {"username": "grace", "password": "cobol-and-compilers"}
    assert as_admin.get("/api/me").status_code == 200
    settings.HASH_QUEUE_SECONDS = 0.05
    with held(hashing.queue):
        response = as_admin.post("/api/users", body)
        assert (response.status_code, "Retry-After" in response) == (503, True)
        change = {"currentPassword": "admin", "newPassword": "cobol-and-compilers"}
        assert as_admin.post("/api/me/password", change).status_code == 503
    assert get_user_model().objects.get().password == admin.password


def test_the_admin_answers_503_too(admin: Any, full: None) -> None:
    client = Client()
    client.force_login(admin)
    form = {"username": "grace", "usable_password": "true"}
    words = dict.fromkeys(("password1", "password2"), "cobol-and-compilers")
    response = client.post("/admin/accounts/user/add/", form | words)
    assert (response.status_code, "Retry-After" in response) == (503, True)
    assert get_user_model().objects.count() == 1


@pytest.mark.parametrize("header", ["Bearer", "Basic"])
def test_who_is_known_is_answered_meanwhile(api: APIClient, admin: Any, header: str) -> None:
    token = try_rest("admin", "admin").json()["accessToken"]
    credentials = token if header == "Bearer" else "YWRtaW46YWRtaW4="
    api.credentials(HTTP_AUTHORIZATION=f"{header} {credentials}")
    assert api.get("/api/customers").status_code == 200
    with held(hashing.queue):
        assert api.get("/api/customers").status_code == 200


@pytest.mark.parametrize("password", ["", "a", "пароль", "🔑" * 200, "a\0b"])
def test_hashes_are_those_of_djangos_own_hasher(
    password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("memory_cost", "time_cost", "parallelism"):
        monkeypatch.setattr(hashing.Argon2PasswordHasher, name, getattr(Argon2PasswordHasher, name))
    ours, djangos = hashing.Argon2PasswordHasher(), Argon2PasswordHasher()
    assert ours.encode(password, "a-salt-of-any-length") == djangos.encode(
        password, "a-salt-of-any-length"
    )
    stored = djangos.encode(password, ours.salt())
    assert (ours.verify(password, stored), ours.verify(f"{password}x", stored)) == (True, False)
    assert not ours.must_update(stored)


def test_hashes_by_other_parameters_are_taken() -> None:
    for kind in (Type.ID, Type.I, Type.D):
        stored = "argon2" + PasswordHasher(1, 64, 2, hash_len=20, type=kind).hash("secret")
        assert get_hasher("argon2").verify("secret", stored)
        assert not get_hasher("argon2").verify("Secret", stored)
