"""Migrations that the version before would not survive while it still serves are named."""

from typing import Any, ClassVar

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.core.checks import run_checks
from django.db import connection
from django.db.migrations import Migration, operations
from django.db.migrations.loader import MigrationLoader
from django.db.models import CharField, CheckConstraint, Index, IntegerField, Q, TextField

from runtime.migration_checks import find_unsafe_steps

CITY = Index(fields=["city"], name="city")
POSITIVE = CheckConstraint(condition=Q(zip__gt=0), name="positive")
SAFE: dict[str, Any] = {
    "a nullable field": operations.AddField("address", "note", TextField(null=True)),
    "a default of the database": operations.AddField("address", "n", IntegerField(db_default=0)),
    "an index made beside": AddIndexConcurrently("address", CITY),
    "a constraint for new rows": AddConstraintNotValid("address", POSITIVE),
    "a wider kind": operations.AlterField("address", "city", TextField(null=True)),
    "a table": operations.CreateModel("Note", [("text", TextField())]),
    "the state alone": operations.SeparateDatabaseAndState(
        state_operations=[operations.RemoveField("address", "city")]
    ),
}
UNSAFE: dict[str, Any] = {
    "a field goes": operations.RemoveField("address", "city"),
    "a field is renamed": operations.RenameField("address", "city", "town"),
    "a table is renamed": operations.RenameModel("Address", "Place"),
    "a table goes": operations.DeleteModel("Order"),
    "a table moves": operations.AlterModelTable("address", "places"),
    "a required field": operations.AddField("address", "n", IntegerField()),
    "a default of Python": operations.AddField("address", "n", IntegerField(default=0)),
    "null goes": operations.AlterField("address", "city", CharField(max_length=1000)),
    "another kind": operations.AlterField("address", "city", IntegerField(null=True)),
    "a shorter text": operations.AlterField("address", "city", CharField(max_length=1, null=True)),
    "unique": operations.AlterField("address", "zip", IntegerField(null=True, unique=True)),
    "an index": operations.AddIndex("address", CITY),
    "a constraint": operations.AddConstraint("address", POSITIVE),
    "hidden in the database's part": operations.SeparateDatabaseAndState(
        database_operations=[operations.RemoveField("address", "city")]
    ),
}


def plant(loader: MigrationLoader, *steps: Any, **attributes: Any) -> Migration:
    """Add a migration of the shop after its last one."""
    last = next(key for key in loader.graph.leaf_nodes("shop"))
    body = {"operations": list(steps), "dependencies": [last], **attributes}
    migration: Migration = type("Migration", (Migration,), body)("9999_planted", "shop")
    loader.graph.add_node(("shop", migration.name), migration)
    loader.graph.add_dependency(migration, ("shop", migration.name), last)
    return migration


def find(*steps: Any, **attributes: Any) -> list[str]:
    loader = MigrationLoader(None)
    return list(find_unsafe_steps(loader, plant(loader, *steps, **attributes)))


@pytest.mark.one_database
@pytest.mark.parametrize("name", SAFE)
def test_a_step_that_disturbs_nobody_passes(name: str) -> None:
    assert find(SAFE[name]) == []


@pytest.mark.one_database
@pytest.mark.parametrize("name", UNSAFE)
def test_a_step_that_the_version_before_notices_is_named(name: str) -> None:
    (fault,) = find(UNSAFE[name])
    assert "(" in fault


@pytest.mark.one_database
def test_a_table_of_the_same_migration_is_used_by_nobody() -> None:
    table = operations.CreateModel("Note", [("text", TextField())])
    index = operations.AddIndex("note", Index(fields=["text"], name="text"))
    assert find(table, index) == []


@pytest.mark.one_database
def test_a_migration_may_say_that_nobody_is_disturbed() -> None:
    assert find(UNSAFE["a field goes"], contracts=True) == []


class Planted(MigrationLoader):
    """A loader that finds one migration more."""

    steps: ClassVar[list[Any]] = []

    def build_graph(self) -> None:
        super().build_graph()
        plant(self, *self.steps)


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> type[Planted]:
    monkeypatch.setattr("django.db.migrations.executor.MigrationLoader", Planted)
    return Planted


@pytest.mark.django_db
def test_the_check_of_a_database_warns_before_anything_is_applied(
    planted: type[Planted], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planted, "steps", [UNSAFE["a field goes"], SAFE["a nullable field"]])
    found = [each for each in run_checks(databases=["default"]) if each.id == "runtime.W002"]
    assert len(found) == (connection.vendor != "sqlite")
    assert all("shop.9999_planted" in each.msg for each in found)
