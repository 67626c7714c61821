"""The app without its neighbours."""

from __future__ import annotations

import pytest

from tests.processes import run_python

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]


def check(plugins: str) -> str:
    settings = "config.settings"
    environment = {"AUTH_PLUGINS": plugins, "DEBUG": "true", "DJANGO_SETTINGS_MODULE": settings}
    done = run_python("manage.py", "check", **environment)
    return done.stdout + done.stderr


def test_it_starts_alone() -> None:
    assert "no issues" in check("auth_core,auth_apikey")


def test_without_the_core_it_says_so() -> None:
    said = check("auth_apikey")
    assert "auth_apikey provides authentication, but auth_core is not installed" in said
    assert "Traceback" not in said
