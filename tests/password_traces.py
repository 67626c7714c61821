"""A process of its own that answers requests with a password and then looks for it among its live
objects.

Run as a program it prints, as JSON, for each kind of request the types of what still holds the
password: at once, with no garbage collected, and after a collection.
"""

from __future__ import annotations

import gc
import io
import json
import os
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any

NAME = "ada"
MUTATION = "mutation ($given: Credentials!) {login(credentials: $given) {accessToken}}"
Environ = dict[str, Any]


def make_password() -> str:
    """Put it together anew each time, so that this module does not hold it."""
    return " ".join(["a", "pass", "phrase", "of", "nobody", "else"])


def encode_pair() -> str:
    return b64encode(f"{NAME}:{make_password()}".encode()).decode()


def find_holders() -> list[str]:
    """Return the types of all live objects that refer to a text with the password in it, as such or
    for Basic.
    """
    return sorted({type(holder).__name__ for each in gc.get_objects() for holder in _follow(each)})


def _follow(container: object) -> Iterator[object]:
    for held in gc.get_referents(container):
        if isinstance(held, str | bytes | bytearray):
            if _tells(held):
                yield container
        elif not gc.is_tracked(held):
            # A dict of texts alone, for example: get_objects() does not name it.
            yield from _follow(held)


def _tells(text: str | bytes | bytearray) -> bool:
    given = text if isinstance(text, str) else bytes(text).decode("latin1")
    return make_password() in given or encode_pair() in given


def send(path: str, body: object = None, **headers: str) -> Environ:
    data = b"" if body is None else json.dumps(body).encode()
    return {
        "REQUEST_METHOD": "GET" if body is None else "POST",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(data)),
        "wsgi.input": io.BytesIO(data),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
        **headers,
    }


def send_pair(path: str = "/api/customers", name: str = NAME) -> Environ:
    pair = (
        encode_pair() if name == NAME else b64encode(f"{name}:{make_password()}".encode()).decode()
    )
    return send(path, HTTP_AUTHORIZATION=f"Basic {pair}")


def log_in(name: str = NAME) -> Environ:
    return send("/api/login", {"username": name, "password": make_password()})


def change_password() -> Environ:
    body = {"currentPassword": make_password(), "newPassword": make_password()}
    return send("/api/me/password", body, HTTP_AUTHORIZATION=f"Basic {encode_pair()}")


def log_in_by_graphql() -> Environ:
    variables = {"given": {"username": NAME, "password": make_password()}}
    return send("/graphql", {"query": MUTATION, "variables": variables})


REQUESTS: dict[str, tuple[int, Callable[[], Environ]]] = {
    "login": (201, log_in),
    "wrong login": (401, lambda: log_in("nobody")),
    "Basic": (200, send_pair),
    "Basic again": (200, send_pair),
    "wrong Basic": (401, lambda: send_pair(name="nobody")),
    "password change": (204, change_password),
    "GraphQL login": (200, log_in_by_graphql),
}


def answer(application: Any, environ: Environ) -> int:
    statuses: list[str] = []
    response = application(environ, lambda status, *_: statuses.append(status))
    list(response)
    response.close()
    return int(statuses[0][:3])


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    from django.core.management import call_command

    from config.wsgi import application

    call_command("migrate", verbosity=0)
    call_command("seed_users", "--username", NAME, "--password", make_password(), verbosity=0)
    gc.collect()
    planted = [make_password()]
    report: dict[str, Any] = {"planted": [0, find_holders(), []]}
    del planted
    for kind, (_, make) in REQUESTS.items():
        gc.collect()
        gc.disable()
        status = answer(application, make())
        at_once = find_holders()
        gc.enable()
        gc.collect()
        report[kind] = [status, at_once, find_holders()]
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main()
