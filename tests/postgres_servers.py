"""PostgreSQL servers of a test's own: a primary and a standby that replays its log."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from tests.environment import require
from tests.processes import find_free_port, stop, wait_for_port

PATIENCE = 60
# Addresses on this machine that tests give to networks of their own.
TEST_NETWORKS = "10.213.0.0/16"
DATABASE = "service"
PROGRAMS = ("initdb", "postgres", "pg_basebackup")
# Quick, and of no use beyond a test: a crash of the machine would lose data.
SETTINGS = """
listen_addresses = '*'
unix_socket_directories = ''
fsync = off
max_connections = 60
wal_level = replica
max_wal_senders = 4
wal_keep_size = '64MB'
shared_buffers = '32MB'
"""


def find_programs() -> Path | None:
    """Return the folder of the server's programs, of the newest version on this machine."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parts[-2]))
    found = [place for place in places if all((place / name).exists() for name in PROGRAMS)]
    if not found and (program := shutil.which("pg_basebackup")):
        found = [Path(program).resolve().parent]
    return found[-1] if found else None


def wait_until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        with suppress(psycopg.OperationalError):
            if is_so():
                return
        assert time.monotonic() < deadline
        time.sleep(0.05)


@dataclass
class Server:
    """A server with its data in a folder."""

    programs: Path
    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return self.name_url(DATABASE)

    def name_url(self, database: str) -> str:
        return f"postgres://postgres@{self.place}/{database}"

    @property
    def log(self) -> str:
        return (self.folder.parent / f"{self.folder.name}.log").read_text(encoding="utf-8")

    def run(self, name: str, *arguments: str) -> None:
        command = [str(self.programs / name), *arguments]
        subprocess.run(command, check=True, capture_output=True, user=find_user(), cwd="/")

    def start(self, *options: str) -> None:
        command = [str(self.programs / "postgres"), "-D", str(self.folder), "-p", str(self.port)]
        with (self.folder.parent / f"{self.folder.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *options], stderr=log, user=find_user(), cwd="/", start_new_session=True
            )
        wait_for_port(self.port, self.process)
        wait_until(lambda: self.ask("SELECT true", database="postgres"))

    def ask(self, query: str, *, database: str = DATABASE) -> Any:
        url = self.name_url(database)
        with psycopg.connect(url, autocommit=True, connect_timeout=2) as connection:
            # A setting of psycopg's type takes no text that is not a constant.
            cursor = connection.execute(query.encode())
            row = cursor.fetchone() if cursor.description else None
        return row and row[0]

    def kill(self) -> None:
        """End the server and its sessions as a crash of the machine does."""
        assert self.process
        self.send(signal.SIGKILL)
        self.process.wait()

    def send(self, sign: signal.Signals) -> None:
        """Send a signal to the server and to its sessions."""
        assert self.process
        # Each session is in a group of its own.
        groups = [self.process.pid, *_list_children(self.process.pid)]
        for pid in groups:
            with suppress(ProcessLookupError):
                os.kill(pid, sign)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.send(signal.SIGCONT)
            # The order for a fast end, which waits for no session.
            self.process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=10)
            stop(self.process)


def _list_children(parent: int) -> list[int]:
    text = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="utf-8")
    return [int(each) for each in text.split()]


def find_user() -> str | None:
    """Return who may run the server: it refuses to run as root."""
    return "postgres" if os.geteuid() == 0 else None


@contextmanager
def run_primary() -> Iterator[tuple[Server, Callable[[], Server]]]:
    """Yield a primary, and a function that starts a standby of it."""
    programs = find_programs()
    require(programs, "PostgreSQL's server programs")
    assert programs
    with TemporaryDirectory() as directory, ExitStack() as stack:
        if user := find_user():
            shutil.chown(directory, user)

        def place(name: str) -> Server:
            server = Server(programs, Path(directory) / name, find_free_port())
            stack.callback(server.stop)
            return server

        def add_standby() -> Server:
            standby = place(f"standby-{len(list(Path(directory).iterdir()))}")
            source = f"host=127.0.0.1 port={primary.port} user=postgres"
            folder = ("-D", str(standby.folder))
            standby.run("pg_basebackup", *folder, "-d", source, "-R", "-X", "stream", "-c", "fast")
            standby.start("-c", "log_statement=all")
            return standby

        primary = place("primary")
        folder = ("-D", str(primary.folder))
        locale = ("--locale=C.UTF-8", "-E", "UTF8")
        primary.run("initdb", *folder, "-U", "postgres", "-A", "trust", "--no-sync", *locale)
        file = primary.folder / "postgresql.conf"
        file.write_text(file.read_text(encoding="utf-8") + SETTINGS, encoding="utf-8")
        with (primary.folder / "pg_hba.conf").open("a", encoding="utf-8") as access:
            access.write(f"host all all {TEST_NETWORKS} trust\n")
        primary.start()
        primary.ask(f"CREATE DATABASE {DATABASE}", database="postgres")
        yield primary, add_standby
