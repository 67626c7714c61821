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
from uuid import uuid4

import pytest
from django.db.models import F
from django.test import override_settings
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from entity_api import operations
from entity_api.query import filters, ordering
from entity_api.query.scope import Scope
from entity_api.reading import reading
from tests.policy_proof.faults import find_every_name
from tests.policy_proof.hidden import change_hidden, fill
from tests.policy_proof.oracle import Oracle
from tests.policy_proof.policies import READ_RULES, sections, write_sections
from tests.policy_proof.queries import Asked, queries
from tests.policy_proof.world import (
    CALLERS,
    FIELDS,
    Caller,
    World,
    build_world,
    undone,
)
from tests.quick_client import QuickClient

pytestmark = pytest.mark.django_db
WHOLE = os.environ.get("POLICY_PROOF") == "whole"
# Each part is a test of its own, so that all cores have some.
PARTS = 8 if WHOLE else 1
POLICIES = 1_000 if WHOLE else 24
QUERIES = 6
ANY_CALLER = st.sampled_from(CALLERS)
SECTIONS = sections(("view", "search"), READ_RULES)


@pytest.fixture(autouse=True)
def no_log() -> Iterator[None]:
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def ask(client: QuickClient, asked: Asked) -> list[Any]:
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


def find_leak(draw: st.DrawFn, folder: Path, world: World) -> Asked | None:
    """Return a list that tells of hidden values under a policy by chance."""
    text = write_sections(draw(SECTIONS))
    oracle, caller = Oracle(text), draw(ANY_CALLER)
    searched = [
        entity for entity in FIELDS if oracle.rows(caller.roles, entity, "search") != "none"
    ]
    entities = st.sampled_from(searched or list(FIELDS))
    lists = [draw(queries(oracle, caller.roles, draw(entities))) for _ in range(QUERIES)]
    return find_leak_among(draw, folder, world, (text, caller), lists)


def find_leak_among(
    draw: st.DrawFn, folder: Path, world: World, case: tuple[str, Caller], lists: list[Asked]
) -> Asked | None:
    """Return a list that answers otherwise after hidden values are changed."""
    text, caller = case
    # One list in eight is drawn for a second time.
    lists = [each for place, each in enumerate(lists) if each not in lists[:place]]
    file = folder / f"{uuid4().hex}.toml"
    file.write_text(text, encoding="utf-8")
    # Each policy in the place of the one before it, not on top of all of them.
    with override_settings(PERMISSIONS_FILE=file), undone():
        client = world.client
        client.force_authenticate(world.become(caller))
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
def test_what_is_withheld_changes_no_answer(tmp_path: Path, part: int) -> None:
    world = build_world()
    tried = attack(part, POLICIES // PARTS, lambda draw: find_leak(draw, tmp_path, world))
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
def test_a_planted_leak_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, leak: str
) -> None:
    faults, customers, asked = LEAKS[leak]
    text = write_sections(dict.fromkeys(FIELDS, READ) | {"Customer": customers})
    world, case = build_world(), (text, CALLERS[2])

    def find(draw: st.DrawFn) -> Asked | None:
        return find_leak_among(draw, tmp_path, world, case, [asked])

    attack(0, 20, find)
    for fault in faults:
        monkeypatch.setattr(*fault)
    with pytest.raises(AssertionError, match="Asked"):
        attack(0, 40, find)
