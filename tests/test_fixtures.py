"""What dumpdata writes, loaddata reads into an empty database, and no event is made up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.databases import make_database
from tests.processes import run_python

pytestmark = pytest.mark.exhaustive

PASSWORD = "analytical engine of 1837"
SETUP = "import django; django.setup()\nfrom tests.test_fixtures import "


def log_in() -> None:
    """Log in as grace over HTTP, which makes a session and an event."""
    from django.test import Client

    body = {"username": "grace", "password": PASSWORD}
    answer = Client(SERVER_NAME="localhost").post("/api/login", body, "application/json")
    assert answer.status_code == 201, answer.text


def print_stored() -> None:
    from accounts.models import User
    from auth_core.models import AuthEvent
    from auth_jwt.models import Session

    users = User.objects.order_by("pk")
    stored: dict[str, Any] = {
        "users": {user.username: [user.password, user.roles] for user in users},
        "sessions": sorted(str(key) for key in Session.objects.values_list("pk", flat=True)),
        "events": list(AuthEvent.objects.order_by("pk").values_list("pk", "event", "detail")),
    }
    print(json.dumps(stored))  # noqa: T201


def run(*arguments: str, url: str) -> str:
    done = run_python(
        *arguments, DATABASE_URL=url, REDIS_URL="", DJANGO_SETTINGS_MODULE="tests.settings"
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def read_stored(url: str) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(run("-c", f"{SETUP}print_stored\nprint_stored()", url=url))
    return stored


def test_a_dump_is_loaded_plainly_into_an_empty_database(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    fixture = str(tmp_path / "all.json")
    seed = ("seed_users", "--username", "grace", "--role", "user", "--password", PASSWORD)
    with make_database(first) as source, make_database(second) as target:
        run("manage.py", "migrate", "--verbosity=0", url=source)
        run("manage.py", *seed, url=source)
        run("-c", f"{SETUP}log_in\nlog_in()", url=source)
        run("manage.py", "dumpdata", "--output", fixture, url=source)
        run("manage.py", "migrate", "--verbosity=0", url=target)
        run("manage.py", "loaddata", fixture, url=target)
        stored = read_stored(target)
        assert stored == read_stored(source)
        assert stored["users"]["grace"][1] == ["user"]
        assert len(stored["sessions"]) == 1
        assert [event for _, event, _ in stored["events"]][-1] == "login"
        run("-c", f"{SETUP}log_in\nlog_in()", url=target)
        assert len(read_stored(target)["events"]) == len(stored["events"]) + 1
