"""A PgBouncer of a test's own, in transaction mode."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.environment import require
from tests.processes import find_free_port, stop, wait_for_port

PROGRAM = shutil.which("pgbouncer", path=f"/usr/local/sbin:{os.environ['PATH']}:/usr/sbin")
# The first version that keeps the prepared statements of its clients apart.
PREPARING = (1, 21)


def find_version() -> tuple[int, ...]:
    require(PROGRAM, "pgbouncer")
    said = subprocess.run([str(PROGRAM), "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"PgBouncer (\d+)\.(\d+)", said.stdout)
    assert found
    return tuple(map(int, found.groups()))


def require_prepared() -> None:
    version = find_version()
    if version < PREPARING:
        pytest.skip(
            f"PgBouncer {version} prepares nothing for clients; .ci/pgbouncer makes a newer one"
        )


@contextmanager
def pool(database_url: str, prepared: int = 0) -> Iterator[str]:
    """Yield a URL that leads to the database through two sessions, which all clients share.

    Each of these sessions keeps so many prepared statements.
    """
    keeps = f"max_prepared_statements = {prepared}\n" if find_version() >= PREPARING else ""
    server, port = conninfo_to_dict(database_url), find_free_port()
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        settings = Path(directory) / "pgbouncer.ini"
        settings.write_text(
            f"[databases]\n* = host={server['host']} port={server.get('port', 5432)} "
            f"user={server['user']}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\n"
            "unix_socket_dir =\npool_mode = transaction\ndefault_pool_size = 2\n"
            f"{keeps}"
        )
        process = subprocess.Popen(
            [str(PROGRAM), "-q", str(settings)], user=_find_user(str(server["host"]))
        )
        try:
            wait_for_port(port, process)
            yield f"postgres://{server['user']}@127.0.0.1:{port}/{server['dbname']}"
        finally:
            stop(process)


def _find_user(host: str) -> str | int | None:
    """Return who may run PgBouncer and reach the server's socket.

    PgBouncer refuses to run as root.
    """
    if os.geteuid() != 0:
        return None
    owner = Path(host).stat().st_uid if host.startswith("/") else 0
    return owner or "nobody"
