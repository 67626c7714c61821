"""`TextIndex`, an option of a model: PostgreSQL finds parts of texts by it, SQLite knows nothing of
it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, migrations, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import MigrationWriter

from entity_api.description.indexes import TextIndex
from entity_api.description.registry import describe_entity, find_entity
from entity_api.query.filters import compile_where
from entity_api.query.scope import open_scope
from tests.environment import require
from tests.shop.models import Customer
from tests.shop.viewsets import CustomerViewSet

WHOLE = open_scope(describe_entity(CustomerViewSet), find_entity)
ON_POSTGRESQL = connection.vendor == "postgresql"
INDEX = TextIndex("email", "first_name", name="customer_text")
ADDED = migrations.AddIndex("customer", INDEX)
WITH_TABLE = migrations.CreateModel(
    "Note",
    [("id", models.UUIDField(primary_key=True)), ("text", models.TextField(null=True))],
    {"indexes": [TextIndex("text", name="note_text")]},
)


@pytest.fixture(autouse=True)
def trigrams(transactional_db: None) -> None:
    if ON_POSTGRESQL:
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM pg_available_extensions WHERE name = 'pg_trgm'")
            require(cursor.fetchall(), "PostgreSQL's extension pg_trgm")


@contextmanager
def migrated(*operations: Operation) -> Iterator[None]:
    """Migrate for as long as the block lasts."""
    migration: Any = migrations.Migration("0003_text", "shop")
    migration.operations = operations
    before = ProjectState.from_apps(apps)
    with connection.schema_editor() as editor:
        migration.apply(before.clone(), editor)
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            migration.unapply(before, editor)


def list_indexes(table: str) -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, table))


def test_a_migration_makes_and_drops_it_on_postgresql_alone() -> None:
    before = list_indexes("shop_customer")
    with migrated(ADDED):
        assert list_indexes("shop_customer") - before == (
            {"customer_text"} if ON_POSTGRESQL else set()
        )
    assert list_indexes("shop_customer") == before


def test_it_may_come_with_its_table() -> None:
    with migrated(WITH_TABLE):
        assert ("note_text" in list_indexes("shop_note")) == ON_POSTGRESQL


def test_a_table_may_change_while_it_has_one() -> None:
    longer = migrations.AlterField("note", "text", models.CharField(max_length=10_000))
    with migrated(
        WITH_TABLE, longer, migrations.AddField("note", "title", models.TextField(null=True))
    ):
        assert ("note_text" in list_indexes("shop_note")) == ON_POSTGRESQL


def test_it_may_be_renamed() -> None:
    with migrated(
        ADDED, migrations.RenameIndex("customer", "customer_other", old_name="customer_text")
    ):
        assert ("customer_other" in list_indexes("shop_customer")) == ON_POSTGRESQL


def test_it_may_be_made_beside_writers() -> None:
    with connection.schema_editor(atomic=False, collect_sql=True) as editor:
        sql = str(INDEX.create_sql(Customer, editor, concurrently=True))
    assert sql.startswith('CREATE INDEX CONCURRENTLY "customer_text"' if ON_POSTGRESQL else "--")


def test_a_migration_writes_it_as_it_was_written() -> None:
    text, imports = MigrationWriter.serialize(INDEX)
    assert (
        text
        == "entity_api.description.indexes.TextIndex('email', 'first_name', name='customer_text')"
    )
    assert imports == {"import entity_api.description.indexes"}
    assert INDEX.clone() == INDEX


@pytest.mark.parametrize("mode", ["default", "insensitive"])
@pytest.mark.parametrize("operator", ["contains", "startsWith", "endsWith"])
@pytest.mark.parametrize("field", ["email", "firstName"])
def test_parts_of_texts_are_found_by_it(field: str, operator: str, mode: str) -> None:
    where = {field: {operator: "lovelace%_", "mode": mode}}
    with migrated(ADDED):
        rows = Customer.objects.filter(compile_where(WHOLE, where))
        assert ("customer_text" in explain(rows)) == ON_POSTGRESQL


def explain(rows: Any) -> str:
    with connection.cursor() as cursor:
        if ON_POSTGRESQL:
            # A table of no rows is read whole otherwise.
            cursor.execute("SET enable_seqscan = off")
        plan: str = rows.explain()
        if ON_POSTGRESQL:
            cursor.execute("RESET enable_seqscan")
    return plan


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ({"contains": "LoveL"}, 0),
        ({"contains": "loveL", "mode": "insensitive"}, 2),
        ({"contains": "É", "mode": "insensitive"}, 1),
        ({"startsWith": "Ad"}, 1),
        ({"endsWith": "%"}, 1),
    ],
)
def test_what_is_found_stays_the_same(condition: dict[str, str], found: int) -> None:
    Customer.objects.bulk_create(
        Customer(first_name=name) for name in ("Ada Lovelace", "lovelÉ", "100%", "", None)
    )
    rows = Customer.objects.filter(compile_where(WHOLE, {"firstName": condition}))
    with migrated(ADDED):
        assert rows.count() == found
