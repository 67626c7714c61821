"""No list tells anything of what the policy withholds: rows and fields that the caller may not
search change, and every answer stays the same.

1,000 policies by chance are tried with `POLICY_PROOF=whole`, and a few without it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db.models import F
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from entity_api import operations
from entity_api.query import filters, ordering
from entity_api.query.scope import Scope
from entity_api.reading import reading
from tests.policies import call_as
from tests.policy_proof.faults import find_every_name
from tests.policy_proof.oracle import Oracle
from tests.policy_proof.policies import READ_RULES, sections, write_sections
from tests.policy_proof.queries import Asked, draw_value, queries
from tests.policy_proof.world import (
    CALLERS,
    FIELDS,
    MODELS,
    Caller,
    Field,
    World,
    build_world,
    undone,
)

pytestmark = pytest.mark.django_db
Write = Callable[[str], Path]
WHOLE = os.environ.get("POLICY_PROOF") == "whole"
# Each part is a test of its own, so that all cores have some.
PARTS = 8 if WHOLE else 1
POLICIES = 1_000 if WHOLE else 24
QUERIES = 6


@pytest.fixture(autouse=True)
def no_log() -> Iterator[None]:
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


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
    type(row).objects.filter(pk=row.pk).update(**values)


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
            groups = [Group.objects.get_or_create(name=name)[0] for name in ("admin", "boss")]
            world.rows[entity][whose].groups.set(draw(st.sets(st.sampled_from(groups))))
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


def ask(client: APIClient, asked: Asked) -> list[Any]:
    """Return all that a list answers on both surfaces, and the page after it."""
    address = asked.write_address()
    answers = [client.get(address, headers={"Prefer": "count=exact"})]
    if link := answers[0].get("Link"):
        query = link.split(">")[0].partition("?")[2]
        answers.append(client.get(f"{address.partition('?')[0]}?{query}"))
    answers.append(client.post("/graphql", asked.write_operation()))
    assert all(answer.status_code < 500 for answer in answers), asked
    return [
        (answer.status_code, answer.content, answer.get("Link"), answer.get("X-Total-Count"))
        for answer in answers
    ]


def find_leak(draw: st.DrawFn, policy: Write, world: World) -> Asked | None:
    """Return a list that tells of hidden values under a policy by chance."""
    text = write_sections(draw(sections(("view", "search"), READ_RULES)))
    oracle, caller = Oracle(text), draw(st.sampled_from(CALLERS))
    searched = [
        entity for entity in FIELDS if oracle.rows(caller.roles, entity, "search") != "none"
    ]
    entities = st.sampled_from(searched or list(FIELDS))
    lists = [draw(queries(oracle, caller.roles, draw(entities))) for _ in range(QUERIES)]
    return find_leak_among(draw, policy, world, (text, caller), lists)


def find_leak_among(
    draw: st.DrawFn, policy: Write, world: World, case: tuple[str, Caller], lists: list[Asked]
) -> Asked | None:
    """Return a list that answers otherwise after hidden values are changed."""
    text, caller = case
    policy(text)
    with undone():
        client = call_as(world.become(caller))
        fill(draw, world)
        before = [ask(client, each) for each in lists]
        change_hidden(draw, world, Oracle(text), caller)
        leaks = (
            asked
            for asked, answers in zip(lists, before, strict=True)
            if ask(client, asked) != answers
        )
        return next(leaks, None)


def attack(number: int, examples: int, find: Callable[[st.DrawFn], Asked | None]) -> int:
    """Return the number of examples that were tried.

    Raises AssertionError if `find` returns a list in any of them.
    """
    tried = 0

    @seed(number)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        print_blob=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def run(data: Any) -> None:
        nonlocal tried
        assert find(data.draw) is None
        tried += 1

    run()
    return tried


@pytest.mark.exhaustive
@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_withheld_changes_no_answer(policy: Write, part: int) -> None:
    world = build_world()
    tried = attack(part, POLICIES // PARTS, lambda draw: find_leak(draw, policy, world))
    assert tried >= POLICIES // PARTS


READ = {"view": "all", "search": "all"}
OWN = {"view": "own", "search": "own"}
NO_NAME = {**READ, "fields.view.firstName": []}
ADA: dict[str, Any] = {"firstName": {"equals": "a"}}


def list_rows(entity: str, **arguments: Any) -> Asked:
    usual: dict[str, Any] = {"where": {}, "order": [], "search": None, "skip": 0, "take": 3}
    return Asked(entity, ("id",), **{**usual, **arguments})


def read_any_row(link: Any, _: Scope, expression: Any) -> F:
    return F(f"{link.field}__{expression.name}")


Fault = tuple[Any, str, Any]
# The checks that are taken away, the rules of customers, and the list that then tells of them.
LEAKS: dict[str, tuple[list[Fault], dict[str, Any], Asked]] = {
    "a hidden field is named in where": (
        # Rows and their number are asked for together, and either check refuses the request.
        [(module, "find_scope", find_every_name) for module in (reading, operations)],
        NO_NAME,
        list_rows("Customer", where=ADA),
    ),
    "a hidden field is searched": (
        [(Scope, "find_field", lambda scope, name: scope.entity.columns.get(name))],
        NO_NAME,
        list_rows("Customer", search="a"),
    ),
    "a hidden row meets a condition over a link": (
        [(filters, "_list_seen", lambda _, relation: relation.target._base_manager.all())],
        OWN,
        list_rows("Order", where={"customer": ADA}),
    ),
    "a hidden row has its place in the order": (
        [(ordering, "_read_through", read_any_row)],
        OWN,
        list_rows("Order", order=[(("customer", "firstName"), "asc")]),
    ),
}


@pytest.mark.exhaustive
@pytest.mark.parametrize("leak", LEAKS)
def test_a_planted_leak_is_found(policy: Write, monkeypatch: pytest.MonkeyPatch, leak: str) -> None:
    faults, customers, asked = LEAKS[leak]
    text = write_sections(dict.fromkeys(FIELDS, READ) | {"Customer": customers})
    world, case = build_world(), (text, CALLERS[2])

    def find(draw: st.DrawFn) -> Asked | None:
        return find_leak_among(draw, policy, world, case, [asked])

    attack(0, 20, find)
    for fault in faults:
        monkeypatch.setattr(*fault)
    with pytest.raises(AssertionError, match="Asked"):
        attack(0, 40, find)
