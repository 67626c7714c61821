"""Who takes part: the service and its peers, each with a database, a user, a running server and
credentials.
"""

from __future__ import annotations

import base64
import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from benchmarks import data
from benchmarks.exchange import ask
from benchmarks.postgres import Backends, make_database
from benchmarks.servers import Server, find_free_port, run_command, run_server
from benchmarks.setting import INSTALL, RUN, USERNAME, Setting

ROOT = Path(__file__).parent.parent
PEERS = Path(__file__).parent / "peers"
SERVICE, FLOOR, STOCK, FASTAPI = "service", "floor", "stock DRF", "FastAPI"
POSTGRAPHILE = "PostGraphile"
# The stock peer with connections kept open: Django by itself connects for each request.
KEPT = f"{STOCK}, connections kept"
NAMES = (SERVICE, STOCK, KEPT, FASTAPI, POSTGRAPHILE, FLOOR)
KEPT_SECONDS = "60"
# Different users who ask for the same.
USERS = 2_000
# Five for each of the first customers.
ORDERS = 1_500


@dataclass
class Participant:
    """A running server and what opens it."""

    name: str
    database: str
    server: Server
    backends: Backends
    password: str = field(repr=False)
    bearer: str = field(default="", repr=False)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def is_stock(self) -> bool:
        return self.name in (STOCK, KEPT)

    @cached_property
    def bearers(self) -> list[str]:
        """Make different users of the service, and return the credentials of each."""
        command = [*RUN, "python", "-m", "benchmarks.tokens", str(USERS)]
        printed = run_command(command, ROOT, self.environment)
        return [f"Bearer {token}" for token in printed.split()]

    @property
    def port(self) -> int:
        return self.server.port

    @property
    def basic(self) -> str:
        return "Basic " + base64.b64encode(f"{USERNAME}:{self.password}".encode()).decode()


def start_participants(
    setting: Setting, names: tuple[str, ...], stack: ExitStack
) -> dict[str, Participant]:
    """Prepare and start the named ones; the stack ends them and drops their databases."""
    service = start_service(setting, stack)
    started = {SERVICE: service}
    if STOCK in names or KEPT in names:
        started |= start_stock(setting, names, stack)
    if FLOOR in names:
        command = [
            *in_peers_environment(),
            *setting.serve("floor:application", port := find_free_port()),
        ]
        started[FLOOR] = share_rows(setting, service, FLOOR, command, port, stack)
    if FASTAPI in names:
        port = find_free_port()
        command = [
            *in_peers_environment(),
            "uvicorn",
            "fastapi_app:app",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
        ]
        command += ["--workers", str(setting.workers), "--no-access-log"]
        started[FASTAPI] = share_rows(setting, service, FASTAPI, command, port, stack)
    if POSTGRAPHILE in names:
        command = prepare_postgraphile(setting, service.database, port := find_free_port())
        started[POSTGRAPHILE] = share_rows(setting, service, POSTGRAPHILE, command, port, stack)
    return {name: started[name] for name in NAMES if name in started}


def start_service(setting: Setting, stack: ExitStack) -> Participant:
    database = stack.enter_context(make_database(setting.server_url, "service"))
    environment = setting.environment(database)
    run_command([*INSTALL], ROOT, environment)
    manage = [*RUN, "manage.py"]
    run_command([*manage, "migrate", "--verbosity", "0"], ROOT, environment)
    seed = ["seed_users", "--username", USERNAME, "--role", "admin", "--password", "-"]
    run_command([*manage, *seed], ROOT, environment, setting.password)
    port = find_free_port()
    command = setting.serve_service(port)
    server = launch(setting, SERVICE, command, port, ROOT, environment, stack)
    caller = ask(port, setting.login("/api/login"), 201, "The service's login")
    data.add_customers(database, 0, setting.rows, owner=caller["id"])
    data.add_orders(database, ORDERS)
    return join(SERVICE, database, server, setting, f"Bearer {caller['accessToken']}", stack)


def start_stock(
    setting: Setting, names: tuple[str, ...], stack: ExitStack
) -> dict[str, Participant]:
    database = stack.enter_context(make_database(setting.server_url, "stock"))
    environment = setting.peer_environment(database)
    directory = PEERS / "stock"
    manage = [*in_peers_environment(), "python", "manage.py"]
    run_command([*manage, "migrate", "--verbosity", "0"], directory, environment)
    superuser = {"DJANGO_SUPERUSER_PASSWORD": setting.password}
    create = [
        "createsuperuser",
        "--noinput",
        "--username",
        USERNAME,
        "--email",
        "benchmark@example.com",
    ]
    run_command([*manage, *create], directory, environment | superuser)
    data.add_customers(database, 0, setting.rows)
    started = {}
    for name in (each for each in (STOCK, KEPT) if each in names):
        command = [
            *in_peers_environment(),
            *setting.serve("project.wsgi:application", port := find_free_port()),
        ]
        kept = environment | ({"CONN_MAX_AGE": KEPT_SECONDS} if name == KEPT else {})
        server = launch(setting, name, command, port, directory, kept, stack)
        token = ask(port, setting.login("/api/token/"), 200, "The stock peer's login")["access"]
        started[name] = join(name, database, server, setting, f"Bearer {token}", stack)
    return started


def share_rows(
    setting: Setting,
    service: Participant,
    name: str,
    command: list[str],
    port: int,
    stack: ExitStack,
) -> Participant:
    """Start a peer that reads the service's own tables and takes the service's tokens."""
    server = launch(
        setting, name, command, port, PEERS, setting.peer_environment(service.database), stack
    )
    return join(name, service.database, server, setting, service.bearer, stack)


def prepare_postgraphile(setting: Setting, database: str, port: int) -> list[str]:
    """Install PostGraphile, and return the command that starts it. It asks nobody who calls."""
    directory = setting.directory / "postgraphile"
    shutil.copytree(PEERS / "postgraphile", directory)
    install = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--silent"]
    run_command(install, directory, setting.peer_environment(database))
    place = ["--host", "127.0.0.1", "--port", str(port), "--cluster-workers", str(setting.workers)]
    quiet = ["--disable-graphiql", "--disable-query-log"]
    server = str(directory / "node_modules" / ".bin" / "postgraphile")
    return [server, "--connection", database, "--schema", "public", *place, *quiet]


def launch(
    setting: Setting, name: str, command: list[str], port: int, directory: Path, env: Mapping[str, str],
    stack: ExitStack,
) -> Server:  # fmt: skip
    log = setting.directory / f"{name}.log"
    server = stack.enter_context(run_server(command, port, directory, env, log))
    server.wait()
    return server


def join(
    name: str, database: str, server: Server, setting: Setting, bearer: str, stack: ExitStack
) -> Participant:
    backends = Backends(database)
    stack.callback(backends.close)
    environment = setting.environment(database)
    return Participant(name, database, server, backends, setting.password, bearer, environment)


def in_peers_environment() -> list[str]:
    """Return the start of a command that runs in the peers' environment."""
    requirements = str(PEERS / "requirements.txt")
    return ["uv", "run", "--quiet", "--no-project", "--with-requirements", requirements, "--"]
