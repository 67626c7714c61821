"""Passwords are hashed in bounded numbers: who does not get in is told when to come again, and nothing else waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from threading import Barrier, Event, Lock, Thread
from typing import Any

import pytest
from argon2 import PasswordHasher
from argon2.low_level import Type
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import Argon2PasswordHasher, get_hasher, make_password
from django.test import Client
from rest_framework.test import APIClient

from auth_core.models import AuthEvent, EventName, LoginCounter
from config import hashing
from config.hashing import Admission
from config.problems import Busy
from config.storage import configure_cache
from tests.logins import SURFACES, try_rest

every_surface = pytest.mark.parametrize("surface", SURFACES)


@contextmanager
def taken(admission: Admission, places: int) -> Iterator[None]:
    """Let so many other threads hold a place."""
    done, held = Event(), Barrier(places + 1, timeout=30)

    def hold() -> None:
        with admission.hold_place():
            held.wait()
            done.wait(30)

    threads = [Thread(target=hold) for _ in range(places)]
    with ExitStack() as stack:
        for thread in threads:
            thread.start()
            stack.callback(thread.join)
        stack.callback(done.set)
        held.wait()
        yield


@pytest.fixture
def full() -> Iterator[None]:
    with taken(hashing.admission, hashing.AT_ONCE + hashing.WAITING):
        yield


class Work:
    """Counts how many do it at once."""

    def __init__(self) -> None:
        self.most = self._now = 0
        self._lock = Lock()

    def do(self, pause: Callable[[], object]) -> None:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        pause()
        with self._lock:
            self._now -= 1


def test_no_more_work_at_once_than_is_allowed_and_the_rest_waits() -> None:
    admission, work = Admission(2, 18), Work()

    def run(_: int) -> None:
        with admission.work():
            work.do(lambda: Event().wait(0.01))

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(run, range(40)))
    assert work.most == 2


def test_who_finds_all_places_taken_is_refused_at_once() -> None:
    admission = Admission(1, 1)
    with taken(admission, 2), pytest.raises(Busy), admission.work():
        pytest.fail("it got in")


def test_places_are_free_again_after_refusals_and_errors() -> None:
    admission = Admission(1, 0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), admission.work():
            raise ZeroDivisionError
        with taken(admission, 1), pytest.raises(Busy), admission.hold_place():
            pytest.fail("it got in")
    with admission.work():
        pass


def test_a_place_serves_all_that_its_thread_hashes() -> None:
    admission, hashed = Admission(1, 0), 0
    with admission.hold_place():
        for _ in range(2):
            with admission.work():
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
def test_a_login_that_finds_no_place_is_told_when_to_come_again(admin: Any, full: None, surface: str) -> None:
    response = SURFACES[surface]("admin", "admin")
    if surface == "graphql":
        assert [error["extensions"]["code"] for error in response.json()["errors"]] == ["SERVICE_UNAVAILABLE"]
        return
    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert response["Content-Type"] == ("text/plain" if surface == "admin" else "application/problem+json")


@every_surface
def test_a_refused_login_is_no_guess(admin: Any, settings: Any, surface: str) -> None:
    settings.CACHES = {"default": configure_cache("")}
    with taken(hashing.admission, hashing.AT_ONCE + hashing.WAITING):
        for number in range(8):
            SURFACES[surface]("admin", f"wrong {number}")
    assert not LoginCounter.objects.exists()
    assert not AuthEvent.objects.filter(event=EventName.FAILURE).exists()
    assert try_rest("admin", "admin").status_code == 201


def test_a_new_password_that_finds_no_place_is_not_set(as_admin: APIClient, admin: Any) -> None:
    body = {"username": "grace", "password": "cobol-and-compilers"}
    assert as_admin.get("/api/me").status_code == 200
    with taken(hashing.admission, hashing.AT_ONCE + hashing.WAITING):
        response = as_admin.post("/api/users", body)
        assert (response.status_code, response["Retry-After"]) == (503, "2")
        change = {"currentPassword": "admin", "newPassword": "cobol-and-compilers"}
        assert as_admin.post("/api/me/password", change).status_code == 503
    assert get_user_model().objects.get().password == admin.password


def test_the_admin_answers_503_too(admin: Any, full: None) -> None:
    client = Client()
    client.force_login(admin)
    form = {"username": "grace", "usable_password": "true"}
    words = dict.fromkeys(("password1", "password2"), "cobol-and-compilers")
    response = client.post("/admin/entities/user/add/", form | words)
    assert (response.status_code, response["Retry-After"]) == (503, "2")
    assert get_user_model().objects.count() == 1


@pytest.mark.parametrize("header", ["Bearer", "Basic"])
def test_who_is_known_is_answered_meanwhile(api: APIClient, admin: Any, header: str) -> None:
    token = try_rest("admin", "admin").json()["accessToken"]
    credentials = token if header == "Bearer" else "YWRtaW46YWRtaW4="
    api.credentials(HTTP_AUTHORIZATION=f"{header} {credentials}")
    assert api.get("/api/customers").status_code == 200
    with taken(hashing.admission, hashing.AT_ONCE + hashing.WAITING):
        assert api.get("/api/customers").status_code == 200


@pytest.mark.parametrize("password", ["", "a", "пароль", "🔑" * 200, "a\0b"])
def test_hashes_are_those_of_djangos_own_hasher(password: str) -> None:
    ours, djangos = hashing.Argon2PasswordHasher(), Argon2PasswordHasher()
    assert ours.encode(password, "a-salt-of-any-length") == djangos.encode(password, "a-salt-of-any-length")
    stored = djangos.encode(password, ours.salt())
    assert (ours.verify(password, stored), ours.verify(f"{password}x", stored)) == (True, False)
    assert not ours.must_update(stored)


def test_hashes_by_other_parameters_are_taken() -> None:
    for kind in (Type.ID, Type.I, Type.D):
        stored = "argon2" + PasswordHasher(1, 64, 2, hash_len=20, type=kind).hash("secret")
        assert get_hasher("argon2").verify("secret", stored)
        assert not get_hasher("argon2").verify("Secret", stored)
