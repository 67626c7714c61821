"""AUTH_PLUGINS takes any app that can be imported, with the settings and middlewares it declares."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from environs import ValidationError

from config.environment import Environment, read_environment
from runtime.plugins import list_backends, list_middleware, list_names
from tests.copied_project import start
from tests.processes import ROOT

USUAL = "auth_core,auth_jwt,auth_basic"
Make = Callable[[str], str]
SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
APP = """
    from django.apps import AppConfig

    class {name}Config(AppConfig):
        name = "{name}"
        {line}
"""
PROVIDER = """
    from auth_core import AuthProvider, Authenticated, Principal
    from django.conf import settings

    class Provider(AuthProvider):
        scheme = None
        openapi = {"type": "apiKey", "in": "header", "name": "X-Key"}

        def authenticate(self, request):
            if request.headers.get("X-Key") == settings.A_KEY:
                request.session["seen"] = True
                return Authenticated(Principal("machine"))
"""


@pytest.fixture
def make_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Write an app outside the project, whose AppConfig has this line."""
    monkeypatch.syspath_prepend(tmp_path)

    def make(line: str) -> str:
        name = f"plugin_{abs(hash((line, tmp_path)))}"
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
        (tmp_path / name / "provider.py").write_text(dedent(PROVIDER))
        (tmp_path / name / "apps.py").write_text(dedent(APP.format(name=name, line=line)))
        return name

    return make


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Environment]:
    def read(*plugins: str, **variables: str) -> Environment:
        monkeypatch.setenv("AUTH_PLUGINS", ",".join([USUAL, *plugins]))
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return read_environment(Path("base"))

    return read


def test_any_app_can_be_named_also_by_its_config(read: Any, make_app: Make) -> None:
    name = make_app("pass")
    entry = f"{name}.apps.{name}Config"
    for app in (name, entry, "rest_framework.authtoken"):
        assert read(app).auth_plugins[-1] == app
    assert list_names([entry]) == [name]
    # Known and switched on are two things.
    usual = Environment.__dataclass_fields__["auth_plugins"].metadata["variable"].default
    assert name not in usual


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("auth_nothing", "No module named 'auth_nothing'"),
        ("auth_jwt", "auth_jwt is there twice"),
        ("auth_jwt.apps.AuthJwtConfig", "auth_jwt is there twice"),
        ("auth_jwt.apps.Nothing", "does not contain a 'Nothing' class"),
        ("../x", "cannot be imported"),
        (".", "cannot be imported"),
    ],
)
def test_what_is_no_app_stops_the_start(read: Any, entry: str, reason: str) -> None:
    with pytest.raises(SystemExit) as stop:
        read(entry)
    line = str(stop.value).splitlines()[1]
    assert line.startswith("  AUTH_PLUGINS is ")
    assert reason in line


def test_a_setting_is_read_with_the_others(read: Any, make_app: Make) -> None:
    name = make_app('auth_settings = {"A_NUMBER": int, "A_LIST": (str.split, ["x"])}')
    assert {"A_NUMBER": 7, "A_LIST": ["x"]}.items() <= read(
        name, A_NUMBER="7"
    ).plugin_settings.items()
    assert read(name, A_LIST="a b").plugin_settings["A_LIST"] == ["a", "b"]


def test_a_missing_setting_stops_the_start_in_one_line_with_the_others(
    read: Any, make_app: Make
) -> None:
    name = make_app('auth_settings = {"A_KEY": str}')
    with pytest.raises(SystemExit) as stop:
        read(name, PORT="x")
    first, second = str(stop.value).splitlines()[1:]
    assert (first.split()[0], second) == (
        "PORT",
        f"  A_KEY is not set; it may hold a value for {name}, which needs it.",
    )


def read_colour(text: str) -> str:
    raise ValidationError("red or blue")


@pytest.mark.parametrize(
    ("reader", "remedy"),
    [
        ("int", "a value for plugin_"),
        (f"__import__('{__name__}', fromlist=['x']).read_colour", "red or blue"),
    ],
)
def test_a_wrong_setting_is_not_shown(read: Any, make_app: Make, reader: str, remedy: str) -> None:
    name = make_app(f'auth_settings = {{"A_KEY": ({reader}, 1)}}')
    with pytest.raises(SystemExit) as stop:
        read(name, A_KEY="s3cret")
    assert f"  A_KEY holds a value that cannot be used; it may hold {remedy}" in str(stop.value)
    assert "s3cret" not in str(stop.value)


@pytest.mark.parametrize(
    "declared", ['["A_KEY"]', '{"a_key": str}', '{"A_KEY": 1}', '{"A_KEY": ()}', "None"]
)
def test_a_wrong_declaration_stops_the_start_in_one_line(
    read: Any, make_app: Make, declared: str
) -> None:
    name = make_app(f"auth_settings = {declared}")
    with pytest.raises(SystemExit, match=f"^{name} has no usable auth_settings"):
        read(name)


def test_middlewares_are_listed_once(make_app: Make) -> None:
    names = [
        make_app(f'auth_middleware = ["{SESSIONS}", "x"]'),
        make_app(f'auth_middleware = ["{SESSIONS}"]'),
    ]
    assert list_middleware([*names, "auth_jwt"]) == [SESSIONS, "x"]
    assert list_backends([make_app('auth_backends = ["a", "b"]'), "auth_jwt"]) == ["a", "b"]


def test_a_plugin_works_without_a_change_of_the_project(make_app: Make, tmp_path: Path) -> None:
    """Its setting is there, and its middleware runs for the API: the answer sets a cookie."""
    name = make_app(f"""auth_provider = "PLUGIN.provider.Provider"
        auth_settings = {{"A_KEY": str}}
        auth_middleware = ["{SESSIONS}"]""")
    config = tmp_path / name / "apps.py"
    config.write_text(config.read_text().replace("PLUGIN", name))
    code = """if True:
        from config.wsgi import application
        from django.core.management import call_command
        from django.test import Client
        call_command("migrate", verbosity=0)
        call_command("check", fail_level="WARNING")
        answer = Client(SERVER_NAME="localhost").get("/api/me", headers={"X-Key": "right"})
        print(answer.json()["username"], *answer.cookies)
    """
    environment = {
        "PYTHONPATH": str(tmp_path),
        "AUTH_PLUGINS": f"{USUAL},{name}",
        "DATABASE_URL": "sqlite://:memory:",
    }
    done = start(ROOT, "-c", code, **environment, A_KEY="right")
    assert done.stdout.split()[-2:] == ["machine", "sessionid"], done.stderr
    missing = start(ROOT, "manage.py", "check", **environment)
    assert missing.returncode == 1
    assert "A_KEY is not set" in missing.stderr
    assert "Traceback" not in missing.stderr
