"""With DEBUG off the service starts only with secrets that are secret, and lets nobody in with a
default password.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from auth_core.models import AuthEvent
from config.environment import read_environment
from tests.logins import SURFACES, is_welcome
from tests.processes import run_python

GOOD = "kX3-w9Qz_T7vL0pR5sN8yB2cF6hJ4mD1gU"
OTHER = "Zq8_r5Yb-W2nK7dV0tM4xH9fS1jP6cL3aE"
SECRET_NAMES = ("SECRET_KEY", "JWT_SECRET_KEY")


@pytest.fixture(autouse=True)
def production(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "SECRET_KEY": GOOD,
        "JWT_SECRET_KEY": OTHER,
        "ALLOWED_HOSTS": "api.example.org",
    }.items():
        monkeypatch.setenv(name, value)


def refuse(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as stop:
        read_environment(Path())
    return str(stop.value)


@pytest.mark.parametrize("name", SECRET_NAMES)
@pytest.mark.parametrize(
    "key",
    [
        "",
        GOOD[:31],
        "django-insecure-" + GOOD,
        "for-development-only-and-known-to-everyone-secret-key",
        "for-development-only-and-known-to-everyone-jwt-secret-key",
        "your-256-bit-secret" + GOOD,
        "a-string-secret-at-least-256-bits-long",
        "CHANGEME" * 8,
        "Change-Me-" + GOOD,
        "a" * 64,
        "1234567" * 10,
    ],
)
def test_a_missing_short_or_known_key_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str, key: str
) -> None:
    message = refuse(monkeypatch, **{name: key})
    assert f"  {name} " in message
    assert "secrets.token_urlsafe(48)" in message
    assert not key or key not in message


def test_one_key_for_both_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "JWT_SECRET_KEY holds" in refuse(monkeypatch, JWT_SECRET_KEY=GOOD)


@pytest.mark.parametrize("hosts", ["", " ", ","])
def test_no_allowed_host_stops_the_start(monkeypatch: pytest.MonkeyPatch, hosts: str) -> None:
    assert "  ALLOWED_HOSTS " in refuse(monkeypatch, ALLOWED_HOSTS=hosts)


def test_all_faults_are_reported_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    message = refuse(
        monkeypatch,
        SECRET_KEY="",
        JWT_SECRET_KEY="short",
        ALLOWED_HOSTS="",
        TRUSTED_PROXIES="10.0.0.1/8",
    )
    lines = message.splitlines()[1:]
    assert [line.split()[0] for line in lines] == [
        "SECRET_KEY",
        "JWT_SECRET_KEY",
        "ALLOWED_HOSTS",
        "TRUSTED_PROXIES",
    ]
    assert all("; it may hold " in line for line in lines)


def test_good_secrets_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", "192.0.2.7, 10.0.0.0/8,fd00::/8, Unix")
    environment = read_environment(Path())
    assert (environment.secret_key, environment.jwt_secret_key) == (GOOD, OTHER)
    assert [str(network) for network in environment.trusted_proxies] == [
        *("192.0.2.7/32", "10.0.0.0/8", "fd00::/8", "unix")
    ]


@pytest.mark.exhaustive
@pytest.mark.one_database
def test_the_check_for_deployment_is_clean() -> None:
    process = run_python(
        "manage.py",
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
        SECRET_KEY=GOOD * 2,
        JWT_SECRET_KEY=OTHER,
    )
    assert (process.returncode, process.stderr) == (0, "")


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize(
    ("name", "password"),
    [("admin", "admin"), ("admin", "ADMIN"), ("ada", "password"), ("ada", "Ada")],
)
def test_a_default_password_opens_nothing(
    admin: Any, user: Any, settings: Any, surface: str, name: str, password: str
) -> None:
    account = {"admin": admin, "ada": user}[name]
    account.is_staff = True
    account.set_password(password)
    account.save()
    assert is_welcome(surface, SURFACES[surface](name, password))
    settings.REFUSE_DEFAULT_PASSWORDS = True
    refused, wrong = SURFACES[surface](name, password), SURFACES[surface](name, "wrong")
    assert not is_welcome(surface, refused)
    if surface != "admin":
        assert (refused.status_code, refused.content) == (wrong.status_code, wrong.content)
    assert AuthEvent.objects.filter(event="failure").earliest("pk").detail == "default_password"


def test_a_session_of_the_admin_begins_with_a_password_that_is_no_default(
    admin: Any, settings: Any
) -> None:
    settings.REFUSE_DEFAULT_PASSWORDS = True
    client = Client()
    client.post("/admin/login/", {"username": "admin", "password": "admin"})
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("target", ["", "https://evil.example/", "//evil.example"])
def test_a_login_to_the_admin_leads_to_the_admin(admin: Any, target: str) -> None:
    response = Client().post(
        f"/admin/login/?next={target}", {"username": "admin", "password": "admin"}
    )
    assert (response.status_code, response["Location"]) == (302, "/admin/")
