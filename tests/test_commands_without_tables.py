"""A command whose database lacks its tables, or is away, ends with one line and a remedy."""

from pathlib import Path

import pytest

from tests.processes import run_python

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]
COMMANDS = (
    ("seed_users",),
    ("audit_log",),
    ("unlock", "ada"),
    ("prune_sessions",),
    ("createsuperuser", "--noinput", "--username", "ada"),
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_missing_tables_are_one_line(tmp_path: Path, command: tuple[str, ...]) -> None:
    done = run_python("manage.py", *command, DATABASE_URL=f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    assert done.returncode == 1
    assert "no such table" in done.stderr
    assert "manage.py migrate" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_is_away_is_one_line() -> None:
    done = run_python("manage.py", "seed_users", DATABASE_URL="postgres://nobody@127.0.0.1:9/none")
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "refuse" in done.stderr


def test_the_place_in_the_code_is_shown_on_request(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    done = run_python("manage.py", "seed_users", "--traceback", DATABASE_URL=url)
    assert "Traceback" in done.stderr
