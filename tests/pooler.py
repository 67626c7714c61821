"""A PgBouncer of a test's own, in transaction mode."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from tests.environment import require
from tests.processes import find_free_port, stop, wait_for_port


@contextmanager
def pool(database_url: str) -> Iterator[str]:
    """Yield a URL that leads to the database through two sessions, which all clients share."""
    program = shutil.which("pgbouncer", path=os.environ["PATH"] + ":/usr/sbin")
    require(program, "pgbouncer")
    server, port = conninfo_to_dict(database_url), find_free_port()
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        settings = Path(directory) / "pgbouncer.ini"
        settings.write_text(
            f"[databases]\n* = host={server['host']} port={server.get('port', 5432)} "
            f"user={server['user']}\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\n"
            "unix_socket_dir =\npool_mode = transaction\ndefault_pool_size = 2\n"
        )
        process = subprocess.Popen(
            [str(program), "-q", str(settings)], user=_find_user(str(server["host"]))
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
