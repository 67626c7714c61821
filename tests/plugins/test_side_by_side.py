"""The previous commit and this one serve one database side by side, through every migration.

docs/database.md has the rules for migrations that make it so.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connection

from tests.plugins.settings import SHIPPED
from tests.processes import ROOT
from tests.redis_servers import open_servers
from tests.versions import (
    Version,
    extract_previous,
    find_previous_commit,
    run_git,
    walk_during,
)

pytestmark = [
    pytest.mark.exhaustive,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="versions do not share SQLite"),
]
HEAD = """from django.contrib.postgres.operations import *
from django.db.migrations import *
from django.db.models import CharField, CheckConstraint, Index, Q

class Migration(Migration):
    dependencies = [("shop", "{previous}")]
    operations = [{operation}]
"""
FIELD = 'CharField(max_length=100, null=True, blank=True, db_default="none")'
SAFE = {
    "9001_field": f'AddField("customer", "nickname", {FIELD})',
    "9002_index": 'AddIndexConcurrently("customer", Index(fields=["nickname"], name="nickname"))',
    "9003_constraint": 'AddConstraintNotValid("customer", '
    'CheckConstraint(condition=~Q(nickname=""), name="named"))',
    "9004_valid": 'ValidateConstraint("customer", "named")',
}
UNSAFE = {"9005_gone": 'RemoveField("customer", "last_name")'}


@pytest.fixture
def old(tmp_path: Path, database_url: str) -> Iterator[Version]:
    """The previous commit with all plugins that both have, and with its tables."""
    folder = tmp_path / "old"
    folder.mkdir()
    with open_servers() as (_, start_redis):
        old = Version(extract_previous(folder), {"DJANGO_SETTINGS_MODULE": "tests.settings"})
        old.environment |= {
            "AUTH_PLUGINS": ",".join(name for name in SHIPPED if name in old.plugins),
            "DATABASE_URL": database_url,
            "REDIS_URL": f"redis://127.0.0.1:{start_redis()}/0",
        }
        old.make_tables()
        yield old


@pytest.fixture
def planted(old: Version, tmp_path: Path) -> Version:
    """A copy of the previous commit with a field more, which migrations add in several steps."""
    folder = shutil.copytree(old.folder, tmp_path / "planted")
    plant(folder, SAFE)
    with (folder / "tests/shop/models.py").open("a", encoding="utf-8") as models:
        models.write(f'\nCustomer.add_to_class("nickname", models.{FIELD})\n')
    with (folder / "tests/shop/serializers.py").open("a", encoding="utf-8") as serializers:
        serializers.write('\nCustomerSerializer.Meta.fields += ("nickname",)\n')
    return replace(old, folder=folder)


def plant(folder: Path, migrations: dict[str, str]) -> None:
    target = folder / "tests/shop/migrations"
    for name, operation in migrations.items():
        previous = max(path.stem for path in target.glob("[0-9]*.py"))
        text = HEAD.format(previous=previous, operation=operation)
        if "Concurrently" in operation:
            text += "    atomic = False\n"
        (target / f"{name}.py").write_text(text, encoding="utf-8")


def test_the_previous_commit_is_found_and_a_clone_without_history_has_its_own(
    tmp_path: Path,
) -> None:
    whole, shallow = tmp_path / "whole", tmp_path / "shallow"
    author = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    run_git(tmp_path, "init", "-q", str(whole))
    for name in ("first.py", "second.py"):
        (whole / name).touch()
        run_git(whole, "add", name)
        run_git(whole, *author, "commit", "-qm", name)
    first, second = run_git(whole, "log", "--format=%H", "--reverse").decode().split()
    run_git(tmp_path, "clone", "-q", "--depth=1", f"file://{whole}", str(shallow))
    assert [find_previous_commit(whole), find_previous_commit(shallow)] == [first, second]


def upgrade(old: str, new: Version, running: ExitStack) -> tuple[str, list[str], list[str]]:
    """Migrate and start the new version while clients use the old one, then both.

    Return the address of the new version, its migrations, and the faults that clients found.
    """
    started: list[str] = []
    applied: list[str] = []

    def migrate_and_start() -> None:
        applied.extend(new.migrate())
        started.append(running.enter_context(new.serve()))

    faults = walk_during([old], migrate_and_start)
    return started[0], applied, faults + walk_during([old, started[0]])


def test_the_previous_commit_and_this_one_serve_one_database(old: Version) -> None:
    with ExitStack() as running, ExitStack() as until_now:
        before = until_now.enter_context(old.serve())
        after, _, faults = upgrade(before, replace(old, folder=ROOT), running)
        faults += walk_during([after], until_now.close)
        assert faults == []


def test_steps_by_the_rules_disturb_nobody_and_a_column_that_goes_does(
    old: Version, planted: Version
) -> None:
    with old.serve() as before, ExitStack() as running:
        _, applied, faults = upgrade(before, planted, running)
        assert faults == []
        assert applied == [f"shop.{name}" for name in SAFE]
        assert "runtime.W002" not in planted.said
        plant(planted.folder, UNSAFE)
        faults = walk_during([before], lambda: list(planted.migrate()))
        assert {fault[:3] for fault in faults} >= {"500"}
        assert "runtime.W002" in planted.said
