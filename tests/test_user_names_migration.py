"""What migrating an older database does with user names that are one name from now on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.processes import run_python

ADD = """
import django; django.setup()
from django.db import connection
from uuid import uuid4
key = uuid4().hex if connection.vendor == "sqlite" else str(uuid4())
connection.cursor().execute(
    "INSERT INTO entities_user (id, username, password, is_active, is_staff, is_superuser, created_at, updated_at)"
    " VALUES (%s, %s, '', TRUE, FALSE, FALSE, '2026-01-01', '2026-01-01')", [key, {name!r}]
)
"""
SHOW = """
import django, json; django.setup()
from django.db import connection
cursor = connection.cursor()
cursor.execute("SELECT {columns} FROM entities_user ORDER BY username")
print(json.dumps(cursor.fetchall()))
"""


class Database:
    """A database of its own, as the version before left it."""

    def __init__(self, url: str) -> None:
        self.environment = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"}
        assert self.migrate("entities", "0003").returncode == 0

    def migrate(self, *target: str) -> Any:
        return run_python("manage.py", "migrate", *target, **self.environment)

    def add(self, name: str) -> None:
        done = run_python("-c", ADD.format(name=name), **self.environment)
        assert done.returncode == 0, done.stderr

    def show(self, columns: str) -> Any:
        return json.loads(run_python("-c", SHOW.format(columns=columns), **self.environment).stdout)


@pytest.fixture
def database(database_url: str) -> Database:
    return Database(database_url)


def test_names_are_folded(database: Database) -> None:
    database.add("Ada")
    assert database.migrate().returncode == 0
    assert database.show("username, username_key") == [["Ada", "ada"]]


def test_names_that_clash_are_reported_and_nothing_is_changed(database: Database) -> None:
    for name in ("Ada", "ada", "Root", "root", "eve"):
        database.add(name)
    done = database.migrate()
    assert done.returncode == 1
    assert "these accounts clash: 'Ada', 'ada'; 'Root', 'root'. Rename" in done.stderr
    assert "Traceback" not in done.stderr
    assert [name for (name,) in database.show("username")] == sorted(["Ada", "ada", "Root", "root", "eve"])
