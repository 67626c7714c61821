"""The cells of the proof, what the oracle says of each, and what a surface answered."""

from __future__ import annotations

from dataclasses import dataclass

from tests.policy_proof.oracle import NEW_USER_FORM, REQUIRED, Oracle
from tests.policy_proof.world import FIELDS, Field, Roles, World

WRITABLE = ("scalar", "secret", "roles", "one", "many")
Verdict = int | bool


@dataclass(frozen=True)
class Cell:
    """One question: may the caller do this with this row, or with this field of it?"""

    entity: str
    action: str
    whose: str
    field: str = ""


Verdicts = dict[Cell, Verdict]


def base_of(oracle: Oracle, roles: Roles, entity: str) -> set[str]:
    """Give the fields that a new row needs, so that a creation can succeed at all."""
    needs_owner = entity == "Order" and oracle.rows(roles, entity, "create") == "own"
    return {*REQUIRED.get(entity, ()), *(("customer",) if needs_owner else ())}


def expect_api(oracle: Oracle, roles: Roles, world: World) -> Verdicts:
    """Give the verdicts for REST and GraphQL: statuses of rows and writes, whether a field is shown
    or filters.
    """
    found: Verdicts = {}
    for entity, rows in world.rows.items():
        base = base_of(oracle, roles, entity)
        for field in FIELDS[entity]:
            if field.kind != "secret":
                found[Cell(entity, "filter", "", field.name)] = oracle.filters(roles, entity, field)
            if field.kind in WRITABLE:
                found[Cell(entity, "create", "", field.name)] = oracle.create_status(
                    roles, entity, base | {field.name}
                )
        found[Cell(entity, "create", "")] = oracle.create_status(roles, entity, base)
        for whose in rows:
            found |= _expect_row(oracle, roles, entity, whose)
    return found


def _expect_row(oracle: Oracle, roles: Roles, entity: str, whose: str) -> Verdicts:
    found: Verdicts = {}
    for action in ("view", "delete"):
        found[Cell(entity, action, whose)] = oracle.row_status(roles, entity, action, whose)
    found[Cell(entity, "search", whose)] = oracle.reaches(roles, entity, "search", whose)
    for field in FIELDS[entity]:
        if field.kind != "secret":
            for action in ("view", "search"):
                cell = Cell(entity, action, whose, field.name)
                found[cell] = oracle.shows(roles, entity, action, whose, field)
        if field.kind in WRITABLE:
            cell = Cell(entity, "update", whose, field.name)
            found[cell] = oracle.update_status(roles, entity, whose, field)
        if field.kind == "many":
            found[Cell(entity, "links", whose, field.name)] = oracle.counts(
                roles, entity, whose, field
            )
        if field.kind == "one":
            for name in plain_names(field.target):
                cell = Cell(entity, "through", whose, f"{field.name}.{name}")
                found[cell] = oracle.shows_through(roles, entity, whose, field, name)
    return found


def plain_names(entity: str) -> list[str]:
    return [field.name for field in FIELDS[entity] if field.kind == "scalar"]


def expect_admin(oracle: Oracle, roles: Roles, world: World) -> Verdicts:
    """Give the verdicts for the admin, each of them yes or no."""
    found: Verdicts = {}
    for entity, rows in world.rows.items():
        for field in FIELDS[entity]:
            if field.kind in ("scalar", "kept"):
                found[Cell(entity, "filter", "", field.name)] = oracle.filters(roles, entity, field)
            if is_on_new_form(entity, field):
                found[Cell(entity, "create", "", field.name)] = oracle.admin_creates(
                    roles, entity, field
                )
        # Who may change rows may open their list, Django holds; it has the rows that may be seen.
        found[Cell(entity, "open", "")] = any(
            oracle.rows(roles, entity, each) != "none" for each in ("view", "update")
        )
        for whose in rows:
            found[Cell(entity, "search", whose)] = oracle.reaches(roles, entity, "search", whose)
            found[Cell(entity, "view", whose)] = oracle.reaches(roles, entity, "view", whose)
            found[Cell(entity, "delete", whose)] = oracle.admin_deletes(roles, entity, whose)
            found |= _expect_admin_fields(oracle, roles, entity, whose)
    return found


def _expect_admin_fields(oracle: Oracle, roles: Roles, entity: str, whose: str) -> Verdicts:
    found: Verdicts = {}
    for field in FIELDS[entity]:
        if field.kind in ("many", "secret"):
            continue
        found[Cell(entity, "view", whose, field.name)] = oracle.shows(
            roles, entity, "view", whose, field
        )
        if field.kind != "roles":
            found[Cell(entity, "search", whose, field.name)] = oracle.shows(
                roles, entity, "search", whose, field
            )
    for field in FIELDS[entity]:
        if field.kind in WRITABLE and field.kind != "many":
            found[Cell(entity, "update", whose, field.name)] = oracle.admin_updates(
                roles, entity, whose, field
            )
    return found


def is_on_new_form(entity: str, field: Field) -> bool:
    """Whether the admin asks for the field when a row is made."""
    return field.name in NEW_USER_FORM if entity == "User" else field.kind in ("scalar", "one")
