"""Run as a process of its own by test_toggling.py: the service with some packages that cannot be
imported.

`python tests/toggled_process.py TASK BLOCKED...` prints what the task found out, as JSON.
"""

from __future__ import annotations

import io
import json
import logging
import os
import re
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any
from wsgiref.util import setup_testing_defaults

# One that a service in production lets in.
PASSWORD = "the caller of the tests"
UNKNOWN_ID = "01900000-0000-7000-8000-000000000000"


class Blocker(MetaPathFinder):
    """Makes packages absent for this process."""

    def __init__(self, packages: Sequence[str]) -> None:
        self.packages = packages

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] in self.packages:
            raise ModuleNotFoundError(f"{fullname} is taken out", name=fullname)
        return None


def main(task: str, *blocked: str) -> None:
    sys.path[0] = str(Path(__file__).parent.parent)
    sys.meta_path.insert(0, Blocker(blocked))
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    json.dump(TASKS[task](), sys.stdout)


def try_to_start() -> dict[str, Any]:
    """Try every way to start; return each one's exit code and what it printed, and the tables there
    are now.
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


def load_application() -> Callable[..., Any]:
    from config.wsgi import application

    return application


def serve() -> dict[str, Any]:
    """Check, migrate, add a caller, and ask every operation and every route with and without
    credentials.
    """
    found = try_to_start()
    hash_cheaply()
    make_caller()
    schema = json.loads(ask("GET", "/api/schema")[2])
    headers = make_headers()
    return {
        **found,
        "schema": schema,
        "logins": [header.split()[0] for header in headers],
        "challenges": ask("GET", "/api/me")[1].get("WWW-Authenticate"),
        "operations": list(ask_operations(schema)),
        "routes": {
            path: [ask("GET", path, header)[0] for header in (None, *headers[-1:])]
            for path in list_routes()
        },
    }


def hash_cheaply() -> None:
    """Spare a hundred requests with a password the time that a good hash takes."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def list_tables() -> list[str]:
    from django.db import connection

    return sorted(connection.introspection.table_names())


def make_caller() -> None:
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import Group

    user, _ = get_user_model().objects.get_or_create(username="admin")
    user.set_password(PASSWORD)
    user.save()
    user.groups.add(Group.objects.get_or_create(name="admin")[0])


def make_headers() -> list[str]:
    """Return an Authorization header for every way that this service lets the caller in."""
    status, _, body = ask("POST", "/api/login", body={"username": "admin", "password": PASSWORD})
    if status == 404:
        return []
    answer = json.loads(body)
    headers = {f"{answer['tokenType']} {answer['accessToken']}"}
    if "auth_basic" in os.environ["AUTH_PLUGINS"]:
        headers.add(f"Basic {b64encode(f'admin:{PASSWORD}'.encode()).decode()}")
    return sorted(headers)


def ask_operations(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Ask each without credentials and with new ones of every kind: logging out is one of the
    operations.
    """
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            address = "/".join(
                UNKNOWN_ID if part.startswith("{") else part for part in path.split("/")
            )
            body: object = None if method == "get" else {}
            statuses = [
                ask(method.upper(), address, header, body)[0] for header in (None, *make_headers())
            ]
            yield {
                "name": f"{method} {path}",
                "security": operation.get("security"),
                "without": statuses[0],
                "with": statuses[1:],
            }


def list_routes(patterns: Any = None, prefix: str = "/") -> Iterator[str]:
    """Yield an address for every route of the URLconf."""
    from django.urls import URLResolver, get_resolver, resolve

    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + simplify(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from list_routes(pattern.url_patterns, route)
        else:
            resolve(route)  # A form of pattern that simplify() does not know would go unasked.
            yield route


def simplify(pattern: str) -> str:
    """Return an address that the pattern matches, for the few forms of pattern that there are."""
    pattern = re.sub(
        r"<[^>]*>|\(\?P<\w+>(?:\[[^\]]*\][*+]?|[^()\[\]]*)\)|\(\?P<url>.*\)", UNKNOWN_ID, pattern
    )
    return pattern.lstrip("^").replace("\\Z", "").rstrip("$")


def ask(
    method: str, path: str, authorization: str | None = None, body: object = None
) -> tuple[int, dict[str, str], bytes]:
    content = b"" if body is None else json.dumps(body).encode()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "HTTP_HOST": "localhost",
    }
    environ |= {
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(content)),
        "wsgi.input": io.BytesIO(content),
    }
    if authorization:
        environ["HTTP_AUTHORIZATION"] = authorization
    setup_testing_defaults(environ)
    started: list[Any] = []
    answer = b"".join(
        load_application()(environ, lambda *status_and_headers: started.extend(status_and_headers))
    )
    return int(started[0].split()[0]), dict(started[1]), answer


def use() -> dict[str, Any]:
    """Migrate, add a caller and a customer if there are none; return what the database holds and
    what callers see.
    """
    start = attempt(lambda: manage("migrate", "--verbosity=0"))
    load_application()
    from django.contrib.auth import get_user_model

    if not get_user_model().objects.exists():
        make_caller()
        ask("POST", "/api/customers", make_headers()[0], {"firstName": "Ada"})
    headers: list[Any] = make_headers() or [None]
    answers = [ask("GET", "/api/customers", header) for header in headers]
    return {
        "start": start,
        "tables": list_tables(),
        "users": [
            (str(user.pk), user.password, user.roles) for user in get_user_model().objects.all()
        ],
        "answers": [(status, body.decode()) for status, _, body in answers],
    }


TASKS: dict[str, Callable[[], Any]] = {"try": try_to_start, "serve": serve, "use": use}

if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    main(*sys.argv[1:])
