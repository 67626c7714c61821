"""Who guesses passwords has to wait, on every surface, and nobody else has to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone
from rest_framework.test import APIClient

from auth_core.lockout import repeats
from runtime.storage import configure_cache
from tests.logins import SURFACES, is_locked, is_welcome, try_basic, try_rest
from tests.test_login import CountingHasher

pytestmark = pytest.mark.usefixtures("as_described")
every_surface = pytest.mark.parametrize("surface", SURFACES)


@pytest.fixture(autouse=True)
def counters_in_the_database(settings: Any, quick_hashes: None) -> None:
    """The clock that they go by can be moved on; test_lockout_counters.py shows that those in Redis
    say the same.
    """
    settings.CACHES = {"default": configure_cache("")}


def guess(
    surface: str = "rest", times: int = 5, username: str = "admin", **extra: Any
) -> list[Any]:
    return [SURFACES[surface](username, f"wrong {number}", **extra) for number in range(times)]


def pass_time(monkeypatch: pytest.MonkeyPatch, **time: int) -> None:
    later = timezone.now() + timedelta(**time)
    monkeypatch.setattr("auth_core.lockout.database.timezone.now", lambda: later)


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine the first lock, of a second, would be over before the next try."""
    pass_time(monkeypatch, seconds=0)


@every_surface
def test_five_wrong_passwords_lock_the_account_for_the_right_one_too(
    admin: Any, surface: str
) -> None:
    assert not any(is_locked(surface, response) for response in guess(surface))
    assert is_locked(surface, SURFACES[surface]("admin", "wrong"))
    assert is_locked(surface, SURFACES[surface]("admin", "admin"))


@every_surface
def test_a_lock_is_the_same_on_every_surface(admin: Any, surface: str) -> None:
    guess(surface)
    assert all(is_locked(other, ask("admin", "admin")) for other, ask in SURFACES.items())


@every_surface
def test_others_are_not_touched_by_a_lock(admin: Any, user: Any, surface: str) -> None:
    user.is_staff = True
    user.save()
    guess()
    assert is_welcome(surface, SURFACES[surface]("ada", "ada"))


def test_a_refusal_says_when_to_come_again(admin: Any) -> None:
    guess()
    response = try_rest("admin", "admin")
    assert (response.status_code, response["Retry-After"]) == (429, "1")
    assert response.json() == {
        "type": "about:blank",
        "title": "Too Many Requests",
        "status": 429,
        "detail": "Too many failed logins. Try again in 1 second.",
    }


def test_the_admin_says_it_in_its_form(admin: Any) -> None:
    guess()
    response = SURFACES["admin"]("admin", "admin")
    assert (response.status_code, response["Retry-After"]) == (429, "1")
    assert "Too many failed logins." in response.text


def test_the_delay_grows_up_to_a_quarter_of_an_hour(
    admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    guess(times=4)
    waits = []
    for hour in range(12):
        pass_time(monkeypatch, hours=hour)
        guess(times=1)
        waits.append(int(try_rest("admin", "admin")["Retry-After"]))
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


def test_after_the_wait_the_right_password_opens_and_clears(
    admin: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    guess(times=5)
    pass_time(monkeypatch, seconds=2)
    assert try_rest("admin", "admin").status_code == 201
    assert [response.status_code for response in guess(times=5)] == [401] * 5
    assert try_rest("admin", "admin").status_code == 429


def test_a_success_clears_even_when_the_password_is_known_to_be_right(admin: Any) -> None:
    for _ in range(4):
        assert try_rest("admin", "admin").status_code == 201
        guess(times=4)
    assert try_rest("admin", "admin").status_code == 201


def test_failures_are_forgotten_after_a_day(admin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    guess(times=4)
    pass_time(monkeypatch, hours=25)
    guess(times=4)
    assert try_rest("admin", "admin").status_code == 201


def test_who_is_logged_in_stays_so(api: APIClient, admin: Any) -> None:
    token = try_rest("admin", "admin").json()["accessToken"]
    guess()
    assert api.get("/api/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_an_unknown_name_is_locked_in_the_same_words(admin: Any) -> None:
    known, unknown = (guess(times=7, username=name) for name in ("admin", "nobody"))
    assert [response.status_code for response in known] == [401] * 5 + [429] * 2
    assert [response.content for response in known] == [response.content for response in unknown]


@pytest.mark.parametrize("name", ["ADMIN", "\uff41dmin", "Admin"])
def test_other_spellings_of_a_name_are_no_further_tries(admin: Any, name: str) -> None:
    guess(times=5, username=name)
    assert try_rest("admin", "admin").status_code == 429


def test_an_address_is_locked_after_fifty_names(admin: Any) -> None:
    for number in range(50):
        assert try_rest(f"name{number}", "wrong").status_code == 401
    assert try_rest("admin", "admin").status_code == 429
    assert try_rest("admin", "admin", REMOTE_ADDR="192.0.2.1").status_code == 201


def test_right_passwords_do_not_count_for_the_address(admin: Any, user: Any, settings: Any) -> None:
    settings.LOCKOUT_ADDRESS_TRIES = 3
    for _ in range(5):
        repeats.verified_passwords.clear()
        assert try_rest("admin", "admin").status_code == 201
    assert try_rest("ada", "ada").status_code == 201


def test_a_locked_try_costs_no_hash(admin: Any, settings: Any) -> None:
    guess()
    settings.PASSWORD_HASHERS = ["tests.test_login.CountingHasher"]
    CountingHasher.runs = 0
    assert try_rest("admin", "admin").status_code == 429
    assert CountingHasher.runs == 0


def test_refused_tries_do_not_prolong_a_lock(admin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    guess(times=60)
    pass_time(monkeypatch, seconds=2)
    assert try_rest("admin", "admin").status_code == 201


def test_a_client_of_basic_costs_one_query_more_and_no_write(
    admin: Any, django_assert_max_num_queries: Any
) -> None:
    try_basic("admin", "admin")
    with django_assert_max_num_queries(3) as queries:
        try_basic("admin", "admin")
    assert all(query["sql"].startswith("SELECT") for query in queries.captured_queries)


def test_a_lock_changes_nothing_of_the_account(admin: Any) -> None:
    before = (admin.password, admin.is_active)
    guess(times=8)
    admin.refresh_from_db()
    assert (admin.password, admin.is_active) == before
    assert list(admin.groups.all()) == [Group.objects.get(name="admin")]
