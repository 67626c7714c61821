"""Values by chance for all rows, and a change of all that a caller may not search."""

from __future__ import annotations

from typing import Any

from django.db import connection
from hypothesis import strategies as st

from tests.policy_proof.oracle import Oracle
from tests.policy_proof.queries import draw_value
from tests.policy_proof.world import FIELDS, MODELS, Caller, Field, World

ROLES = st.sets(st.sampled_from(("admin", "boss")))


def is_drawn(entity: str, field: Field, whose: str) -> bool:
    """Return whether a test may write any value: a user's name is unique, and an account is used."""
    if field.name == "id" or (entity, field.name) == ("User", "username"):
        return False
    is_account = (entity, whose, field.name) == ("User", "own", "isActive")
    return field.kind in ("kept", "scalar") and not is_account


def fill(draw: st.DrawFn, world: World) -> None:
    """Give all rows values among which conditions choose."""
    for entity, rows in world.rows.items():
        for whose, row in rows.items():
            fields = [each for each in FIELDS[entity] if is_drawn(entity, each, whose)]
            change(row, {field.column: draw(draw_value(field)) for field in fields})


def change(row: Any, values: dict[str, Any]) -> None:
    """Do what QuerySet.update() does, which takes four times as long for each of 30,000 rows."""
    quote, meta = connection.ops.quote_name, row._meta
    fields = [meta.get_field(name) for name in values]
    written = zip(fields, values.values(), strict=True)
    changes = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quote(meta.db_table)} SET {changes} WHERE id = %s",  # noqa: S608 (own names)
            [
                each.get_db_prep_save(value, connection)
                for each, value in (*written, (meta.pk, row.pk))
            ],
        )


def change_hidden(draw: st.DrawFn, world: World, oracle: Oracle, caller: Caller) -> None:
    """Change all that the caller may not search: fields of rows, and the links of hidden rows."""
    for entity, rows in world.rows.items():
        for whose, row in rows.items():
            hidden = {
                field.column: draw(draw_value(field))
                for field in FIELDS[entity]
                if is_drawn(entity, field, whose)
                and not oracle.shows(caller.roles, entity, "search", whose, field)
            }
            change(row, hidden) if hidden else None
            if not oracle.reaches(caller.roles, entity, "search", whose):
                change_hidden_row(draw, world, entity, whose)


def change_hidden_row(draw: st.DrawFn, world: World, entity: str, whose: str) -> None:
    """Take links from a row, and make one more like it. Nobody's account loses its roles."""
    if entity == "User":
        if whose == "foreign":
            world.give_roles(world.rows[entity][whose], draw(ROLES))
        return
    row = world.rows[entity][whose]
    links = {f"{field.column}_id" for field in FIELDS[entity] if field.kind == "one"}
    owner = {"owner_id": row.owner_id} if entity == "Customer" else {}
    another = {name: getattr(row, name) for name in links}
    values = {
        field.column: draw(draw_value(field)) for field in FIELDS[entity] if field.kind == "scalar"
    }
    # An order belongs to the owner of its customer.
    kept = {"customer_id"} if entity == "Order" else set()
    change(row, dict.fromkeys(links - kept)) if links - kept else None
    MODELS[entity].objects.create(**values, **another, **owner)
