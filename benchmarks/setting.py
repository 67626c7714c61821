"""What all servers of a run share: their environment, their numbers, and the commands that start them."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.exchange import write_request

USERNAME = "benchmark"
# Variables of the shell that the servers of a run get. Others might be settings of the service.
PASSED_ON = frozenset({"HOME", "LANG", "PATH", "REDIS_URL", "TMPDIR"})
PASSED_ON_PREFIXES = ("HTTP", "LC_", "NO_PROXY", "SSL_", "UV_", "XDG_", "http", "no_proxy")
# How docs/production.md runs the service in production: in an environment of its own, without what develops
# it.
INSTALL = ("uv", "sync", "--quiet", "--no-dev", "--compile-bytecode")
RUN = ("uv", "run", "--no-dev")


@dataclass
class Setting:
    """The settings that all servers of a run share."""

    server_url: str
    rows: int
    workers: int
    # Of a peer. The service's are those of `serve`, as a user starts it.
    threads: int
    directory: Path
    # The version of Python for all servers.
    python: str
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)
    jwt_secret: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)
    password: str = field(default_factory=lambda: secrets.token_urlsafe(18), repr=False)

    def environment(self, database: str) -> dict[str, str]:
        """Return the variables of the service. It serves the domain of the tests, not the sample."""
        return self.peer_environment(database) | {"DJANGO_SETTINGS_MODULE": "tests.settings"}

    def peer_environment(self, database: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if is_passed_on(name)}
        return kept | {
            "DATABASE_URL": database,
            "SECRET_KEY": self.secret,
            "JWT_SECRET_KEY": self.jwt_secret,
            "JWT_NAME": "django-auth-service",
            "ALLOWED_HOSTS": "127.0.0.1",
            # All requests come from a single address, which no limit may hold up.
            "THROTTLE_ANONYMOUS": "",
            "THROTTLE_REFRESH": "",
            "UV_PROJECT_ENVIRONMENT": str(self.directory / "environment"),
            "UV_PYTHON": self.python,
        }

    def login(self, path: str) -> bytes:
        return write_request("POST", path, body={"username": USERNAME, "password": self.password})

    def serve_service(self, port: int) -> list[str]:
        """Return the command of the README, with this run's number of workers."""
        place = ["--host", "127.0.0.1", "--port", str(port)]
        return [*RUN, "manage.py", "serve", *place, "--workers", str(self.workers)]

    def serve(self, module: str, port: int) -> list[str]:
        """Return the command of a peer on granian, with the same numbers."""
        counts = ["--workers", str(self.workers), "--blocking-threads", str(self.threads)]
        place = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
        return ["granian", *place, "--http", "1", *counts, "--workers-kill-timeout", "30", module]


def is_passed_on(name: str) -> bool:
    return name in PASSED_ON or name.startswith(PASSED_ON_PREFIXES)
