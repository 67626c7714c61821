"""The examples of the commands that write code, as typed in a project, and real Ctrl-C."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.command_lines import write_files
from tests.copied_project import copy_project, make_environment, run

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]

SETTINGS = {"DJANGO_SETTINGS_MODULE": "config.settings"}
# In one process: each start of a project takes a second. Other tests have --dry-run.
RUN_ALL = """
import django; django.setup()
from tests.command_lines import load, split
for name in ("startentity", "startprovider", "import_amplication"):
    for example in load(name).examples:
        words, _ = split(example)
        if "--dry-run" in words:
            continue
        load(name).run_from_argv(["manage.py", *words])
        print("ran", example)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = copy_project(tmp_path_factory.mktemp("commands"))
    write_files(project)
    return project


def test_the_examples_that_write_code_work(project: Path) -> None:
    said = run(project, "-c", RUN_ALL, **SETTINGS)
    assert said.count("\nran ") == 3
    for path in ("entities/models.py", "my_keys/apps.py", "shop/models.py"):
        assert (project / path).exists()
    assert "class Invoice" in (project / "entities/models.py").read_text()
    assert not (project / "my_pin").exists()


def interrupt(project: Path, command: str, database: Path, folder: Path) -> tuple[int, str]:
    """Send Ctrl-C to a command once it writes: to its database, or in the folder for its files."""
    environment = make_environment(
        **SETTINGS, DATABASE_URL=f"sqlite:///{database}", TMPDIR=str(folder)
    )
    seen = look(database, folder)
    process = subprocess.Popen(
        [sys.executable, "manage.py", *command.split()],
        cwd=project,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while look(database, folder) == seen and time.monotonic() < deadline:
        time.sleep(0.01)
    with process:
        # Python drops a Ctrl-C that comes within a finalizer. A person presses it again.
        for _ in range(6):
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                errors = process.communicate(timeout=30)[1]
                return process.returncode, errors.strip()
        process.kill()
    raise AssertionError(f"{command} goes on after Ctrl-C")


def look(database: Path, folder: Path) -> list[tuple[str, int]]:
    found = [*database.parent.glob(f"{database.name}*"), *folder.iterdir()]
    return sorted((file.name, file.stat().st_size) for file in found if file.exists())


def count(database: Path, query: str) -> int:
    with sqlite3.connect(database) as connection:
        return int(connection.execute(query).fetchone()[0])


def test_ctrl_c_in_the_middle_of_a_command(project: Path, tmp_path: Path) -> None:
    database, folder = tmp_path / "db.sqlite3", tmp_path / "stages"
    folder.mkdir()
    run(project, "manage.py", "migrate", "-v0", DATABASE_URL=f"sqlite:///{database}", **SETTINGS)
    lines = "".join(f"user-{number},user\n" for number in range(20_000))
    (tmp_path / "many.csv").write_text(f"username,roles\n{lines}")
    before = (project / "entities/models.py").read_text()
    for command, word in {
        f"import_users {tmp_path / 'many.csv'}": "Nothing was changed.",
        "seed_sample --customers 200000": "are kept: run it again for the rest.",
        "startentity Voucher code:str!": "Nothing was changed.",
    }.items():
        status, errors = interrupt(project, command, database, folder)
        assert (status, errors.splitlines()[-1:]) == (130, [errors]), errors
        assert errors.startswith("Interrupted. ")
        assert errors.endswith(word)
    assert count(database, "SELECT count(*) FROM accounts_user") == 0
    customers = count(database, "SELECT count(*) FROM entities_customer")
    # Whole batches.
    assert (customers < 200_000, customers % 2_000) == (True, 0)
    assert (project / "entities/models.py").read_text() == before
    assert list(folder.iterdir()) == []
