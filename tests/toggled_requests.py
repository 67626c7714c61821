"""The requests of tests/toggled_process.py: every operation and every route of a service."""

from __future__ import annotations

import io
import json
import os
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any
from wsgiref.util import setup_testing_defaults

# A password that a service in production lets in.
PASSWORD = "the caller of the tests"
UNKNOWN_ID = "01900000-0000-7000-8000-000000000000"


def load_application() -> Callable[..., Any]:
    from config.wsgi import application

    return application


def list_views(patterns: Any, prefix: str = "/") -> Iterator[tuple[str, str]]:
    """Yield each route with the module of its view."""
    from django.urls import URLResolver

    for pattern in patterns:
        route = prefix + simplify(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from list_views(pattern.url_patterns, route)
        else:
            view: Any = getattr(pattern.callback, "cls", pattern.callback)
            yield route, str(view.__module__)


def make_caller(name: str = "admin") -> None:
    from django.contrib.auth import get_user_model
    from django.contrib.auth.models import Group

    user, _ = get_user_model().objects.get_or_create(username=name)
    user.set_password(PASSWORD)
    user.save()
    user.groups.add(Group.objects.get_or_create(name="admin")[0])


def make_headers(name: str = "admin") -> list[str]:
    """Return an Authorization header for every way that this service lets the caller in."""
    status, _, body = ask("POST", "/api/login", body={"username": name, "password": PASSWORD})
    if status == 404:
        return []
    answer, headers = json.loads(body), set()
    # A provider may issue nothing, or a cookie.
    if "accessToken" in answer:
        headers.add(f"{answer['tokenType']} {answer['accessToken']}")
    if "auth_basic" in os.environ["AUTH_PLUGINS"]:
        headers.add(f"Basic {b64encode(f'{name}:{PASSWORD}'.encode()).decode()}")
    return sorted(headers)


def ask_operations(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Ask each without credentials and with those of every kind."""
    headers = make_headers()
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            address = "/".join(
                UNKNOWN_ID if part.startswith("{") else part for part in path.split("/")
            )
            body: object = None if method == "get" else {}
            statuses = [ask(method.upper(), address, None, body)[0]]
            for index in range(len(headers)):
                statuses.append(ask(method.upper(), address, headers[index], body)[0])
                if method != "get" and statuses[-1] < 300:
                    # It may have ended all sessions.
                    headers = make_headers()
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
