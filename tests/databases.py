"""Databases for processes of their own, of the kind that the suite runs on."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
from psycopg.sql import SQL, Identifier

from tests.processes import run_python

Commands = tuple[str, ...]
# A migration takes seconds and a copy does not. The URL of a database by the commands that made it.
_templates: dict[Commands, str] = {}
_cleanups = ExitStack()


@contextmanager
def make_database(directory: Path, *commands: str) -> Iterator[str]:
    """Yield the URL of a new database on which these management commands have run, with DEBUG."""
    template = _find_template(commands) if commands else None
    with _open_database(directory, template) as url:
        yield url


def drop_templates() -> None:
    _templates.clear()
    _cleanups.close()


def _find_template(commands: Commands) -> str:
    if commands not in _templates:
        directory = Path(_cleanups.enter_context(tempfile.TemporaryDirectory(prefix="template-")))
        url = _cleanups.enter_context(_open_database(directory, None))
        for command in commands:
            done = run_python("manage.py", command, DATABASE_URL=url, DEBUG="true")
            assert done.returncode == 0, done.stderr
        _templates[commands] = url
    return _templates[commands]


@contextmanager
def _open_database(directory: Path, template: str | None) -> Iterator[str]:
    url = urlsplit(os.environ.get("DATABASE_URL", ""))
    if not url.scheme.startswith("postgres"):
        file = directory / "db.sqlite3"
        if template:
            shutil.copyfile(template.removeprefix("sqlite:///"), file)
        yield f"sqlite:///{file}"
        return
    name = f"process_{uuid4().hex}"
    source = urlsplit(template).path[1:] if template else "template1"
    with psycopg.connect(url.geturl(), autocommit=True) as connection:
        create = SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(create.format(Identifier(name), Identifier(source)))
        yield url._replace(path=f"/{name}").geturl()
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))
