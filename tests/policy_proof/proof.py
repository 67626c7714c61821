"""The proof for one policy: every surface is asked for every cell, and must say what the oracle
says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from rest_framework.test import APIClient

from tests.policy_proof.admin import AdminProbe
from tests.policy_proof.cells import Cell, Verdicts, base_of, expect_admin, expect_api
from tests.policy_proof.graphql import GraphQLProbe
from tests.policy_proof.oracle import Oracle
from tests.policy_proof.rest import BulkProbe, RestProbe
from tests.policy_proof.world import FIELDS, PLURALS, Caller, World, build_world
from tests.rest import read_stored

SURFACES = ("rest", "bulk", "graphql", "admin", "openapi")
# What a surface does not show: a list of REST shows no links to many and no fields of linked rows,
# and the routes of many rows only write.
UNASKED = {
    "rest": {"search", "through"},
    "bulk": {"view", "search", "filter", "links", "through"},
    "graphql": set[str](),
}


@dataclass
class Outcome:
    """How many cells there were, how many verdicts the surfaces gave on them, and where they were
    wrong.
    """

    cells: int = 0
    verdicts: int = 0
    disagreements: list[str] = field(default_factory=list)

    def compare(self, surface: str, caller: Caller, found: Verdicts, expected: Verdicts) -> None:
        self.verdicts += len(found)
        for cell, verdict in found.items():
            if verdict != expected[cell]:
                words = (
                    f"{surface}, caller {caller.name}: {cell} is {verdict}, and should be "
                    f"{expected[cell]}"
                )
                self.disagreements.append(words)


def prove(text: str, callers: Iterable[Caller], surfaces: Iterable[str] = SURFACES) -> Outcome:
    """Ask the surfaces about the policy that is in use, whose text this is."""
    oracle, world, outcome = Oracle(text), build_world(), Outcome()
    for caller in callers:
        expected = expect_api(oracle, caller.roles, world)
        outcome.cells += len(expected)
        _prove_caller(outcome, oracle, world, caller, expected, surfaces)
    if "openapi" in surfaces:
        outcome.compare("openapi", Caller("anonymous", None), *_document(oracle))
    return outcome


def _prove_caller(
    outcome: Outcome,
    oracle: Oracle,
    world: World,
    caller: Caller,
    expected: Verdicts,
    surfaces: Iterable[str],
) -> None:
    user = world.become(caller)
    bases = {entity: base_of(oracle, caller.roles, entity) for entity in world.rows}
    probes: dict[str, Callable[[], Verdicts]] = {
        "rest": lambda: RestProbe(world, user, bases).run(),
        "bulk": lambda: BulkProbe(world, user, bases).run(),
        "graphql": lambda: GraphQLProbe(world, user, bases).run(),
    }
    before = read_stored()
    for surface in surfaces:
        if surface in probes:
            found = probes[surface]()
            unasked = expected.keys() - found.keys()
            assert {cell.action for cell in unasked} <= UNASKED[surface], unasked
            outcome.compare(surface, caller, found, expected)
        elif surface == "admin" and user is not None:
            admin = expect_admin(oracle, caller.roles, world)
            found = AdminProbe(world, world.become(caller)).run()
            assert found.keys() == admin.keys(), found.keys() ^ admin.keys()
            outcome.compare(surface, caller, found, admin)
    if _without_times(read_stored()) != _without_times(before):
        outcome.disagreements.append(f"caller {caller.name}: something that was refused was stored")


def _without_times(stored: dict[str, list[dict[str, Any]]]) -> Any:
    return {label: [{**row, "last_login": None} for row in rows] for label, rows in stored.items()}


def _document(oracle: Oracle) -> tuple[Verdicts, Verdicts]:
    """Give what the OpenAPI document says needs no credentials, and what does not."""
    paths = APIClient().get("/api/schema").json()["paths"]
    found: Verdicts = {}
    expected: Verdicts = {}
    for cell, path, method, public in _list_operations(oracle):
        found[cell] = paths[path][method]["security"] == []
        expected[cell] = public
    return found, expected


def _list_operations(oracle: Oracle) -> Iterator[tuple[Cell, str, str, bool]]:
    for entity, plural in PLURALS.items():
        one = f"/api/{plural}/{{id}}"
        for action, path, method in (
            ("view", one, "get"),
            ("search", f"/api/{plural}", "get"),
            ("create", f"/api/{plural}", "post"),
            ("update", one, "patch"),
            ("delete", one, "delete"),
        ):
            yield Cell(entity, action, ""), path, method, oracle.rows(None, entity, action) == "all"
        for link in (each for each in FIELDS[entity] if each.kind == "many"):
            shown = oracle.shows(None, entity, "view", "foreign", link)
            changed = oracle.update_status(None, entity, "foreign", link) == 200
            yield Cell(entity, "view", "", link.name), f"{one}/{link.name}", "get", shown
            for method in ("post", "patch", "delete"):
                yield Cell(entity, method, "", link.name), f"{one}/{link.name}", method, changed
