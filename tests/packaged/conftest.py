"""What the run with packages shares: a server that is asked about tokens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import parse_qs
from uuid import uuid4

import pytest
from django.core.cache import cache

from auth_core.audit import recently_recorded
from auth_core.lockout.repeats import verified_passwords


@pytest.fixture(autouse=True)
def forget() -> None:
    """Forget the clients of other tests, and of other processes that have the same Redis."""
    recently_recorded.clear()
    verified_passwords.clear()
    cache.key_prefix = uuid4().hex


@pytest.fixture(scope="session")
def authority() -> Iterator[str]:
    """Return the address of an introspection endpoint (RFC 7662).

    It knows the tokens `<scope>-<user>`, and does not answer about those that begin with "hang".
    """
    over = Event()

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            scope, _, name = parse_qs(body.decode()).get("token", [""])[0].partition("-")
            if scope == "hang":
                over.wait(10)
            known = scope in ("read", "write") and name.isalpha()
            found = {"active": known, "scope": f"read {scope}", "username": name}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/introspect"
    over.set()
    server.shutdown()
    server.server_close()
