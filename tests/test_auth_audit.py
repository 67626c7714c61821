"""`manage.py auth_audit`: all is well as shipped, and each planted fault fails exactly the
requirements it breaks.
"""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session as BrowserSession
from django.core.management import call_command
from django.db import connection

from auth_core.asvs.catalogue import IDS
from auth_core.asvs.logins import _try_graphql
from auth_core.asvs.run import audit_service
from auth_core.asvs.world import World
from auth_core.models import AuthEvent, LoginCounter
from auth_jwt.models import Session
from tests.planted.faults import FAULTS, QUICK


@pytest.fixture(autouse=True)
def as_in_production(settings: Any, db: None) -> None:
    settings.PASSWORD_HASHERS = [QUICK, *settings.PASSWORD_HASHERS[1:]]
    settings.REFUSE_DEFAULT_PASSWORDS = True


def run_command(*arguments: str) -> tuple[str, object]:
    out, code = StringIO(), None
    try:
        call_command("auth_audit", *arguments, stdout=out)
    except SystemExit as stop:
        code = stop.code
    return out.getvalue(), code


def test_as_shipped_every_requirement_is_met(settings: Any) -> None:
    printed, code = run_command("--json")
    findings = json.loads(printed)
    assert [finding for finding in findings if finding["outcome"] != "pass"] == []
    assert [finding["id"] for finding in findings] == list(IDS)
    assert all(finding["evidence"] for finding in findings)
    assert code is None


def test_nothing_of_it_is_left(admin: Any) -> None:
    models = (get_user_model(), Session, BrowserSession, AuthEvent, LoginCounter)
    before = [model._default_manager.count() for model in models]
    audit_service()
    assert [model._default_manager.count() for model in models] == before


def test_nothing_of_it_is_logged(capfd: pytest.CaptureFixture[str]) -> None:
    audit_service()
    assert capfd.readouterr().err == ""


def test_it_prints_for_people_and_ends_with_one_where_something_fails(settings: Any) -> None:
    settings.LOCKOUT_ACCOUNT_TRIES = 1000
    printed, code = run_command()
    assert "6.3.1   fail  25 wrong passwords in a row were all tried" in printed
    assert "6.3.2   pass  no default password opens admin, administrator, root" in printed
    assert "37 requirements, 1 not met" in printed
    assert code == 1


def test_a_request_that_outlasts_the_lock_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    waits = [1.1]

    def try_slowly(world: World, *login: Any) -> bool:
        sleep(waits.pop() if waits else 0)
        return _try_graphql(world, *login)

    monkeypatch.setattr("auth_core.asvs.logins._try_graphql", try_slowly)
    (finding,) = [finding for finding in audit_service() if finding.id == "6.3.1"]
    assert (finding.outcome, waits) == ("pass", [])


def test_what_no_provider_has_does_not_apply(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "auth_core.asvs.run.declared_providers", lambda: {"auth_basic": "auth_basic.provider"}
    )
    findings = audit_service()
    assert [finding for finding in findings if finding.outcome == "fail"] == []
    outcomes = {finding.id: finding.outcome for finding in findings}
    assert {name for name, outcome in outcomes.items() if outcome == "n/a"} == {
        "7.4.5", "7.5.2", "9.1.1", "9.1.2", "9.1.3", "9.2.1", "9.2.2", "9.2.3", "10.4.5",
    }  # fmt: skip


def test_enough_faults_are_planted() -> None:
    assert len(FAULTS) >= 30
    assert set.union(*(expected for _, expected in FAULTS.values())) == set(IDS)


@pytest.mark.exhaustive
@pytest.mark.one_database
@pytest.mark.skipif(
    connection.vendor == "postgresql", reason="none of them has to do with the kind of database"
)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_fails_exactly_what_it_breaks(
    settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: str
) -> None:
    plant, expected = FAULTS[fault]
    plant(settings, monkeypatch)
    if text := getattr(settings, "POLICY_TEXT", None):
        settings.PERMISSIONS_FILE = tmp_path / "permissions.toml"
        settings.PERMISSIONS_FILE.write_text(text, encoding="utf-8")
    findings = [finding for finding in audit_service() if finding.outcome == "fail"]
    assert {finding.id for finding in findings} == expected, findings
