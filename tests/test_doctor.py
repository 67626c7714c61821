"""`manage.py doctor` finds what is wrong with an installation, with the remedy."""

from __future__ import annotations

import json
import os
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from runtime.rates import Rate
from runtime.storage import configure_cache
from tests.policies import make_user
from tests.processes import run_python

pytestmark = pytest.mark.django_db
Findings = dict[str, dict[str, Any]]


def ask(capsys: pytest.CaptureFixture[str], *, fails: bool) -> Findings:
    """Return the findings by their names."""
    with pytest.raises(SystemExit, match="1") if fails else nullcontext():
        call_command("doctor", "--json")
    return {found["check"]: found for found in json.loads(capsys.readouterr().out)}


@pytest.fixture(autouse=True)
def superuser(db: None, settings: Any) -> Any:
    settings.SECRET_KEY = token_urlsafe(48)
    return make_user("root", is_superuser=True)


def test_a_sound_installation_has_nothing_out_of_order(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = ask(capsys, fails=False)
    assert all(each["ok"] for each in found.values())
    named = {"versions", "database", "migrations", "cache", "signing key", "providers", "DEBUG"}
    assert named <= found.keys()
    on_postgresql = {"clock", "database timeouts", "database indexes"}
    assert (on_postgresql <= found.keys()) == (connection.vendor == "postgresql")


def test_a_missing_migration_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    MigrationRecorder.Migration.objects.filter(app="auth_core").delete()
    migrations = ask(capsys, fails=True)["migrations"]
    assert "auth_core.0001" in migrations["detail"]
    assert migrations["remedy"] == "Run manage.py migrate."


def test_what_an_app_has_left_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    MigrationRecorder(connection).record_applied("gone", "0001_initial")
    found = ask(capsys, fails=True)["runtime.W001"]
    assert "'gone' is not installed" in found["detail"]
    assert "remove_plugin gone" in found["remedy"]


def test_the_limits_are_shown(capsys: pytest.CaptureFixture[str], settings: Any) -> None:
    settings.THROTTLE_ANONYMOUS = Rate(1200, 60)
    detail = ask(capsys, fails=False)["limits"]["detail"]
    assert detail.startswith("anonymous addresses 1200 in 60 s, counted in ")


def test_the_settings_of_plugins_are_shown_without_their_values(
    capsys: pytest.CaptureFixture[str], settings: Any
) -> None:
    settings.SESSIONS_PER_USER = 7
    detail = ask(capsys, fails=False)["plugin settings"]["detail"]
    assert "JWT_REFRESH_COOKIE (default)" in detail
    assert "SESSIONS_PER_USER (set)" in detail
    assert "7" not in detail


def test_a_cache_that_is_away_is_found(capsys: pytest.CaptureFixture[str], settings: Any) -> None:
    settings.CACHES = {"default": configure_cache("redis://:top-secret@127.0.0.1:9/0")}
    found = ask(capsys, fails=True)
    assert not found["cache"]["ok"]
    assert "REDIS_URL" in found["cache"]["remedy"]
    assert "top-secret" not in json.dumps(found)


def test_debug_is_out_of_order(capsys: pytest.CaptureFixture[str], settings: Any) -> None:
    settings.DEBUG = True
    assert "DEBUG=false" in ask(capsys, fails=True)["DEBUG"]["remedy"]


def test_no_superuser_is_out_of_order(capsys: pytest.CaptureFixture[str], superuser: Any) -> None:
    get_user_model().objects.filter(pk=superuser.pk).update(is_active=False)
    assert "seed_users" in ask(capsys, fails=True)["superusers"]["remedy"]


def test_an_old_key_is_found(
    capsys: pytest.CaptureFixture[str], settings: Any, tmp_path: Path
) -> None:
    settings.JWT_KEYS_DIR = str(tmp_path)
    call_command("rotate_keys", stdout=StringIO())
    assert ask(capsys, fails=False)["age of the signing key"]["detail"] == "0 days"
    (key,) = tmp_path.glob("active*.pem")
    os.utime(key, (0, 0))
    assert "rotate_keys" in ask(capsys, fails=True)["age of the signing key"]["remedy"]


def test_a_folder_without_keys_is_found(
    capsys: pytest.CaptureFixture[str], settings: Any, tmp_path: Path
) -> None:
    settings.JWT_KEYS_DIR = str(tmp_path)
    assert not ask(capsys, fails=True)["signing key"]["ok"]


def test_people_read_a_line_for_each_finding_and_the_remedy(
    capsys: pytest.CaptureFixture[str], settings: Any
) -> None:
    settings.DEBUG = True
    with pytest.raises(SystemExit):
        call_command("doctor")
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].endswith("findings, 1 not in order")
    (at,) = [number for number, line in enumerate(lines) if line.startswith("FAIL")]
    assert "Set DEBUG=false" in lines[at + 1]


@pytest.mark.exhaustive
@pytest.mark.one_database
def test_a_database_that_is_away_is_a_finding_without_its_password() -> None:
    url = "postgres://nobody:top-secret@127.0.0.1:9/none"
    done = run_python("manage.py", "doctor", "--json", DATABASE_URL=url)
    found = {each["check"]: each for each in json.loads(done.stdout)}
    assert (done.returncode, found["database"]["ok"]) == (1, False)
    assert "DATABASE_URL" in found["database"]["remedy"]
    assert "top-secret" not in done.stdout + done.stderr


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no such settings")
def test_a_wait_without_a_bound_is_found(capsys: pytest.CaptureFixture[str], settings: Any) -> None:
    settings.DATABASE_WAITS = replace(settings.DATABASE_WAITS, lock=timedelta())
    assert "lock_timeout 0" in ask(capsys, fails=True)["database timeouts"]["detail"]
