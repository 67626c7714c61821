"""Run as a process of its own by test_toggling.py: the service with some packages that cannot be
imported.

It reads tasks as JSON from stdin, runs each in a fork of its own, and prints their results.
"""

from __future__ import annotations

import gc
import io
import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from importlib import import_module
from typing import Any

from tests.forks import run_apart
from tests.toggled_requests import (
    ask,
    ask_operations,
    list_routes,
    list_views,
    load_application,
    make_caller,
    make_headers,
)

# Imported once for all forks. They read no settings, and no plugin brings them.
SHARED = (
    *("argon2", "bcrypt", "diff_match_patch", "dj_database_url", "django.core.mail"),
    *("django.core.management", "django.db.models", "django.test.client", "environs", "graphql"),
    *("openapi_spec_validator", "orjson", "psycopg", "requests"),
    *("structlog", "tablib", "tqdm", "uritemplate", "uuid_utils", "whitenoise.middleware", "yaml"),
)


def main() -> None:
    for name in SHARED:
        import_module(name)
    # A fork ends before there is much to collect. To look for it takes a sixth of the CPU.
    gc.freeze()
    gc.disable()
    json.dump([run_apart(TASKS, **task) for task in json.load(sys.stdin)], sys.stdout)


def try_to_start() -> dict[str, Any]:
    """Try every way to start; return the exit code and the output of each, and the tables that are
    there now.
    """
    starts = {
        "check": attempt(lambda: manage("check")),
        "migrate": attempt(lambda: manage("migrate", "--verbosity=0")),
        "wsgi": attempt(load_application),
    }
    return {"starts": starts, "tables": list_tables()}


def attempt(start: Callable[[], object]) -> tuple[Any, str]:
    screen = io.StringIO()
    with redirect_stderr(screen), redirect_stdout(screen):
        try:
            start()
        except SystemExit as stop:
            return stop.code, screen.getvalue()
    return 0, screen.getvalue()


def manage(*arguments: str) -> None:
    from django.core.management import execute_from_command_line

    execute_from_command_line(["manage.py", *arguments])


def describe() -> dict[str, Any]:
    """Return the plugins' order, the variables that they need, and facts about each plugin."""
    before = dict(os.environ)
    from tests.plugins.settings import AUTH_PLUGINS

    needed = {name: text for name, text in os.environ.items() if before.get(name) != text}
    load_application()
    from django.apps import apps
    from django.urls import get_resolver

    from auth_core.registry import make_provider, providing_apps

    plugins: dict[str, Any] = {
        app.name: {"settings": sorted(getattr(app, "auth_settings", ()))}
        for app in map(apps.get_app_config, AUTH_PLUGINS)
    }
    for app in providing_apps():
        provider = make_provider(app)
        answer = getattr(provider, "login_answer", None)
        plugins[app.name] |= {
            "name": provider.name,
            "scheme": provider.scheme,
            "documented": bool(provider.openapi),
            "inputs": sorted(provider.login_fields),
            "outputs": sorted(answer().fields) if answer else [],
        }
    for route, view in list_views(get_resolver().url_patterns):
        if (package := view.partition(".")[0]) in plugins:
            plugins[package].setdefault("routes", []).append(route)
    return {"plugins": plugins, "environment": needed}


def serve(absent: Sequence[str], *, validated: bool) -> dict[str, Any]:
    """Check, migrate, add a caller, and ask every operation and every route with and without
    credentials, and the routes of absent plugins.
    """
    found = try_to_start()
    if any(code for code, _ in found["starts"].values()):
        return found
    hash_cheaply()
    make_caller()
    from graphql import print_schema
    from openapi_spec_validator import validate

    from api_http.graphql.schema import load_schema

    schema = json.loads(ask("GET", "/api/schema")[2])
    if validated:
        validate(schema)
    headers = make_headers()
    routes = list(list_routes())
    return {
        **found,
        "schema": schema,
        "sdl": print_schema(load_schema()),
        "logins": [header.split()[0] for header in headers],
        "challenges": ask("GET", "/api/me")[1].get("WWW-Authenticate"),
        "operations": list(ask_operations(schema)),
        "routes": {
            path: [ask("GET", path, header)[0] for header in (None, *headers[-1:])]
            for path in routes
        },
        "shown": list_shown(),
        "absent": {path: ask("GET", path)[0] for path in absent if path not in routes},
    }


def list_shown() -> dict[str, list[str]]:
    """Return the packages that bring commands and checks, and the names of the settings."""
    from django.conf import global_settings, settings
    from django.core.checks.registry import registry
    from django.core.management import get_commands

    checks = registry.get_checks(include_deployment_checks=True)
    return {
        "commands": sorted({str(app) for app in get_commands().values()}),
        "checks": sorted({check.__module__.partition(".")[0] for check in checks}),
        "settings": sorted(
            {each for each in dir(settings) if each.isupper()} - {*dir(global_settings)}
        ),
    }


def hash_cheaply() -> None:
    """Spare a hundred requests with a password the time that a good hash takes."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def list_tables() -> list[str]:
    from django.db import connection

    return sorted(connection.introspection.table_names())


def use(headers: Sequence[str] = (), gone: str = "", come: str = "") -> dict[str, Any]:
    """Migrate, add a caller and a customer if there are none; return what the database holds, and
    what callers see with new credentials and with these older ones.

    Delete the user `gone`, and let the user `come` log in.
    """
    start = attempt(lambda: manage("migrate", "--verbosity=0"))
    load_application()
    from django.contrib.auth import get_user_model
    from django.db import connection

    from tests.schema_dump import dump_schema, list_rows

    users = get_user_model().objects
    if not users.exists():
        make_caller()
        ask("POST", "/api/customers", next(iter(make_headers()), None), {"firstName": "Ada"})
    if come:
        make_caller(come)
        make_headers(come)
    deleted = users.filter(username=gone).delete()[0] if gone else 0
    made = make_headers()
    all_or_none: Sequence[str | None] = made or [None]
    answers = [ask("GET", "/api/customers", header) for header in (*headers, *all_or_none)]
    return {
        "start": start,
        "schema": dump_schema(connection),
        "rows": list_rows(connection),
        "users": [(str(user.pk), user.password, user.roles) for user in users.order_by("pk")],
        "deleted": deleted,
        "headers": made,
        "answers": [(status, body.decode()) for status, _, body in answers],
    }


def take_out(plugins: Sequence[str]) -> dict[str, Any]:
    """Take the plugins out of the database; return the warnings before, and the schema after."""
    load_application()
    from django.core.checks import run_checks
    from django.db import connection

    from tests.schema_dump import dump_schema, list_rows

    left = [each.msg for each in run_checks(databases=["default"]) if each.id == "runtime.W001"]
    done = [attempt(partial(manage, "remove_plugin", name, "--yes")) for name in plugins]
    return {
        "left": left,
        "done": done,
        "schema": dump_schema(connection),
        "rows": list_rows(connection),
    }


TASKS: dict[str, Callable[..., Any]] = {
    "describe": describe,
    "serve": serve,
    "use": use,
    "take_out": take_out,
}

if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    main()
