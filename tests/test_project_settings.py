"""The settings of a project that adds the apps to its own, and the faults that stop its start."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import CheckMessage
from django.core.exceptions import ImproperlyConfigured

from auth_core.wiring_checks import check_wiring
from runtime.connected import AUDIT, AUTHENTICATION, FILTER, START_CHECKS
from runtime.project import configure, require_configured
from tests.processes import ROOT

SECRET = "4Qx0n0Qy6a2b9mJXv7w1kZp8sT5uR3eL"

APP = """
from django.apps import AppConfig

class GreetingConfig(AppConfig):
    name = "greeting_keys"
    auth_provider = "greeting_keys.Provider"
    auth_settings = {"GREETING": str.upper, "FAREWELL": (str.lower, "bye")}
    auth_middleware = ["its.Middleware"]
"""


def configured(**given: Any) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "INSTALLED_APPS": ["django.contrib.auth", "rest_framework", "auth_core", "auth_jwt"],
        "MIDDLEWARE": ["django.middleware.common.CommonMiddleware"],
        "ROOT_URLCONF": "mysite.urls",
        "SECRET_KEY": SECRET,
        "BASE_DIR": ROOT / "config",
        **given,
    }
    configure(settings)
    return settings


def test_an_empty_project_gets_all_it_needs() -> None:
    settings = configured()
    assert settings["MIDDLEWARE"][0] == AUDIT
    assert settings["MIDDLEWARE"][-1] == START_CHECKS
    assert settings["REST_FRAMEWORK"]["DEFAULT_AUTHENTICATION_CLASSES"] == [AUTHENTICATION]
    assert settings["PERMISSIONS_FILE"] == ROOT / "config" / "permissions.toml"
    assert settings["ROLES"] == ["admin", "user"]
    assert settings["AUTH_PLUGINS"] == ["auth_core", "auth_jwt"]
    assert settings["JWT_ISSUER"] == "mysite"


def test_the_key_of_tokens_is_another_than_the_secret_key() -> None:
    settings = configured(SECRET_KEY_FALLBACKS=["short", SECRET[::-1]])
    assert len(settings["JWT_SECRET_KEY"]) == 64
    assert SECRET not in settings["JWT_SECRET_KEY"]
    assert len(settings["JWT_SECRET_KEY_FALLBACKS"]) == 1
    assert configured(SECRET_KEY="short")["JWT_SECRET_KEY"] == ""


def test_a_second_call_changes_nothing() -> None:
    settings = configured(AUTH={"TRUSTED_PROXIES": "10.0.0.0/8,unix"})
    again = dict(settings)
    configure(again)
    assert again == settings


def test_what_the_project_has_set_stays() -> None:
    given = {"DEFAULT_AUTHENTICATION_CLASSES": ["mine"], "DEFAULT_FILTER_BACKENDS": ["search"]}
    settings = configured(
        REST_FRAMEWORK=given, LOCKOUT_MEMORY=timedelta(hours=1), AUTHENTICATION_BACKENDS=["ldap"]
    )
    assert settings["REST_FRAMEWORK"]["DEFAULT_AUTHENTICATION_CLASSES"] == ["mine"]
    assert settings["REST_FRAMEWORK"]["DEFAULT_FILTER_BACKENDS"] == [FILTER, "search"]
    assert settings["LOCKOUT_MEMORY"] == timedelta(hours=1)
    assert settings["AUTHENTICATION_BACKENDS"] == ["ldap"]


def test_a_text_is_read_as_a_variable_is() -> None:
    given = {
        "JWT_EXPIRATION": "15m",
        "FILE_MAX_SIZE": "1MB",
        "TRUSTED_PROXIES": ["10.0.0.0/8", "unix"],
        "PERMISSIONS_FILE": "who.toml",
        "JWT_KEYS_DIR": Path("keys"),
    }
    settings = configured(AUTH=given)
    assert settings["JWT_EXPIRATION"] == timedelta(minutes=15)
    assert settings["FILE_MAX_SIZE"] == 2**20
    assert [str(each) for each in settings["TRUSTED_PROXIES"]] == ["10.0.0.0/8", "unix"]
    assert settings["PERMISSIONS_FILE"] == Path("who.toml")
    assert settings["JWT_KEYS_DIR"] == "keys"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"AUTH": {"JWT_EXPIRATIONS": "1h"}}, "'JWT_EXPIRATIONS'.* JWT_EXPIRATION"),
        ({"AUTH": {"JWT_EXPIRATION": "soon"}}, r"AUTH\['JWT_EXPIRATION'\] cannot be used.* 15m"),
        ({"AUTH": {"API_MAX_TAKE": "all"}}, r"AUTH\['API_MAX_TAKE'\] is a str.* 1000"),
        ({"AUTH": ["API_MAX_TAKE"]}, "a dict of settings"),
        ({"INSTALLED_APPS": ["auth_jwt"]}, "Add auth_core"),
        ({"INSTALLED_APPS": ["auth_core"]}, "Add a provider"),
    ],
)
def test_a_fault_is_an_error_with_a_remedy(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=says):
        configured(**given)


def test_a_plugin_asks_for_its_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "greeting_keys").mkdir()
    (tmp_path / "greeting_keys" / "__init__.py").touch()
    (tmp_path / "greeting_keys" / "apps.py").write_text(APP)
    apps = ["auth_core", "greeting_keys"]
    with pytest.raises(ImproperlyConfigured, match="AUTH needs 'GREETING'"):
        configured(INSTALLED_APPS=apps)
    settings = configured(INSTALLED_APPS=apps, AUTH={"GREETING": "hello"})
    assert (settings["GREETING"], settings["FAREWELL"]) == ("HELLO", "bye")
    assert settings["MIDDLEWARE"][-3] == "its.Middleware"


def test_issuers_may_be_a_list() -> None:
    issuers = [{"issuer": "https://login.example.org", "audience": "my-api"}]
    apps = ["auth_core", "auth_oidc"]
    settings = configured(INSTALLED_APPS=apps, AUTH={"OIDC_ISSUERS": issuers})
    assert settings["OIDC_ISSUERS"][0].audience == ("my-api",)


def test_settings_without_configure_stop_the_start(settings: Any) -> None:
    require_configured()
    del settings.PERMISSIONS_FILE
    with pytest.raises(ImproperlyConfigured, match="configure"):
        require_configured()


def test_a_setting_that_keeps_a_part_out_is_reported(settings: Any) -> None:
    assert check_wiring() == []
    settings.REST_FRAMEWORK = {"DEFAULT_PERMISSION_CLASSES": []}
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
    settings.MIDDLEWARE = []
    settings.ROOT_URLCONF = "api_http.urls"
    found: list[CheckMessage] = check_wiring()
    assert [message.id for message in found] == [f"auth_core.W00{number}" for number in range(1, 6)]
