"""Versions of the project in folders of their own, which share a database, and callers of both."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import count, cycle
from pathlib import Path
from threading import Event
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.environment import require
from tests.processes import ROOT, find_free_port, stop, wait_for_port

USERNAME, PASSWORD = "root", "a long enough pass phrase"
CLIENTS = 2
# Seconds between two walks of a client.
PAUSE = 0.5
# Of each client, when the work has ended.
WALKS = 3
ADD_CALLER = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("seed_users", username={!r}, password={!r}, verbosity=0)
"""
# Waits for a line after each migration.
MIGRATE_IN_STEPS = """
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
executor = MigrationExecutor(connection)
for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes()):
    name = (migration.app_label, migration.name)
    call_command("migrate", *name, verbosity=0, skip_checks=False)
    print(*name, sep=".", flush=True)
    input()
call_command("migrate", verbosity=0, skip_checks=False)
"""


def find_previous_commit(folder: Path = ROOT) -> str:
    """Return the last commit whose files are not those of this folder.

    A clone without history has this commit alone. Then two services of this commit stand side by
    side, and the steps that tests add are still tried.
    """
    require(shutil.which("git"), "git")
    if not (folder / ".git").exists():
        pytest.skip("needs a clone")
    if run_git(folder, "status", "--porcelain", "--", "*.py", "*.toml"):
        return "HEAD"
    log = run_git(folder, "log", "--first-parent", "--format=%H %T", "-n", "20").decode()
    (now, tree), *older = (line.split() for line in log.splitlines())
    return next((commit for commit, other in older if other != tree), now)


def run_git(folder: Path, *arguments: str) -> bytes:
    # git refuses the folder of another user, as its settings could start programs.
    command = ["git", "-c", f"safe.directory={folder}", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, check=True).stdout


def extract_previous(folder: Path) -> Path:
    """Write the files of the previous commit to the folder.

    A worktree would leave a note in the clone if the test is killed.
    """
    archive = run_git(ROOT, "archive", find_previous_commit())
    with tarfile.open(fileobj=BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    return folder


@dataclass
class Version:
    """A version, which runs with the packages of this one.

    Packages of its own would be minutes of downloads. The versions share the tables only.
    """

    folder: Path
    environment: dict[str, str]
    said: str = ""

    @property
    def plugins(self) -> set[str]:
        return {path.parent.name for path in self.folder.glob("auth_*/apps.py")}

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[Any]:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=os.environ | self.environment,
            start_new_session=True,
            **options,
        )

    @contextmanager
    def serve(self) -> Iterator[str]:
        port = find_free_port()
        options = ("--port", str(port), "--workers", "1", "--threads", "8")
        process = self.start("manage.py", "serve", *options)
        try:
            wait_for_port(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            stop(process)

    def migrate(self, code: str = MIGRATE_IN_STEPS) -> Iterator[str]:
        """Yield the name of each migration that has been applied; `said` has the warnings."""
        code = f"import django; django.setup()\n{code}"
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        with self.start("-c", code, text=True, **pipes) as process:
            for line in process.stdout or ():
                yield line.strip()
                assert process.stdin
                process.stdin.write("\n")
                process.stdin.flush()
            self.said = process.stderr.read() if process.stderr else ""
        assert process.returncode == 0, self.said

    def make_tables(self) -> None:
        assert list(self.migrate(ADD_CALLER.format(USERNAME, PASSWORD))) == []


class Walk:
    """Does all that clients do, each request at the next one of the addresses."""

    numbers = count()

    def __init__(self, addresses: Sequence[str]) -> None:
        self.addresses = cycle(addresses)
        self.token = ""
        self.faults: list[str] = []

    def ask(self, status: int, path: str, body: object = None, method: str | None = None) -> Any:
        """Return the body of the answer; note a status that is not the expected one."""
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{next(self.addresses)}{path}", data, headers, method=method)
        try:
            with urlopen(request, timeout=60) as response:
                got, text = response.status, response.read()
        except HTTPError as error:
            with error:
                got, text = error.code, error.read()
        if got != status:
            self.faults.append(f"{got} and not {status}: {request.get_method()} {path} {text!r}")
        return json.loads(text or "null")

    def take(self) -> list[str]:
        """Return the faults."""
        pair = self.ask(201, "/api/login", {"username": USERNAME, "password": PASSWORD}) or {}
        self.token = pair.get("accessToken", "")
        self.ask(200, "/api/me")
        self.write_by_rest()
        used = {"refreshToken": pair.get("refreshToken", "")}
        self.token = (self.ask(200, "/api/token/refresh", used) or {}).get("accessToken", "")
        self.write_by_graphql()
        self.ask(200, "/api/users")
        self.ask(204, "/api/logout", {})
        self.ask(401, "/api/me")
        return self.faults

    def write_by_rest(self) -> None:
        name = f"No {next(self.numbers)}"
        made = self.ask(201, "/api/customers", {"firstName": name})
        path = f"/api/customers/{made.get('id')}"
        self.compare(self.ask(200, path), made)
        changed = self.ask(200, path, {"lastName": name}, "PATCH")
        self.compare(changed, made | {"lastName": name})
        self.compare(self.ask(200, path), changed)
        listed = self.ask(200, "/api/customers?take=1&orderBy[createdAt]=desc")
        if len(listed) != 1:
            self.faults.append(f"a list has {listed}")

    def write_by_graphql(self) -> None:
        name = f"No {next(self.numbers)}"
        create = f'mutation {{ createCustomer(data: {{firstName: "{name}"}}) {{ id firstName }} }}'
        data = self.ask(200, "/graphql", {"query": create}).get("data") or {}
        made = data.get("createCustomer") or {}
        where = f'where: {{id: {{equals: "{made.get("id")}"}}}}'
        read = f"{{ customers({where}) {{ id firstName lastName orders {{ id }} }} }}"
        data = self.ask(200, "/graphql", {"query": read}).get("data") or {}
        rows = data.get("customers") or [{}]
        self.compare(rows[0], made | {"firstName": name})

    def compare(self, got: dict[str, Any], expected: dict[str, Any]) -> None:
        """Note fields of both versions that differ."""
        both = got.keys() & expected.keys() - {"updatedAt"}
        if not both or any(got[name] != expected[name] for name in both):
            self.faults.append(f"{got} is not {expected}")


def walk_during(addresses: Sequence[str], work: Callable[[], object] = bool) -> list[str]:
    """Return the faults that clients of these addresses find meanwhile and soon afterwards."""
    until = Event()

    def walk(number: int) -> list[str]:
        # Each client begins at another address.
        first = number % len(addresses)
        order = [*addresses[first:], *addresses[:first]]
        faults: list[str] = []
        while not until.wait(PAUSE):
            faults += Walk(order).take()
        for _ in range(WALKS):
            faults += Walk(order).take()
        return faults

    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(walk, number) for number in range(CLIENTS)]
        try:
            work()
        finally:
            until.set()
        return [fault for client in clients for fault in client.result()]
