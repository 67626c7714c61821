"""The proof that all surfaces follow one policy for the pairs of a many-to-many link.

A slice of it runs by default, `-m ""` proves all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from entity_api import link_rights, links
from entity_api.admin import access
from entity_api.links import LinkScope
from entity_api.rest import viewset
from entity_api.writing import operations
from tests.installed import linked, served_anew  # noqa: F401 (a fixture)
from tests.policy_proof.pairs import EVERY_RULE, SURFACES, Pairs, Rules

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("served")]
Write = Callable[[str], Any]
API = tuple(surface for surface in SURFACES if surface != "admin")
NARROW = Rules(update="own", view="own", update_tag="none", is_field_open=True)
SLICE = [NARROW]
# Whether a caller may write a pair is no question to the kind of database, as in the whole proof.
ONCE = (pytest.mark.exhaustive, pytest.mark.one_database)
REST = [pytest.param(rules, marks=ONCE) for rules in EVERY_RULE]


@pytest.fixture(scope="module")
def served(linked: None) -> Iterator[None]:  # noqa: F811
    with served_anew():
        yield


def find_disagreements(policy: Write, rules: Rules, surfaces: Any = SURFACES) -> list[str]:
    policy(rules.write())
    pairs = Pairs()
    return [
        f"{surface}: {verb} {post} post and {tag} tag is {written}"
        for surface in surfaces
        for verb, post, tag, written in pairs.ask(surface)
        if written is not rules.allow(post, tag)
    ]


@pytest.mark.parametrize("rules", [*SLICE, *REST], ids=str)
def test_all_surfaces_agree_on_each_pair(policy: Write, rules: Rules) -> None:
    assert find_disagreements(policy, rules) == []


def link_every_row(view: Any, link: Any) -> LinkScope:
    del view
    return LinkScope(link.target._base_manager.all(), link=link)


def list_both_actions(target: Any, link: Any) -> tuple[str, ...]:
    del target, link
    return link_rights.VIEW, link_rights.UPDATE


@dataclass(frozen=True)
class Fault:
    """A function to put in the place of another, and the surfaces on which that shows."""

    target: Any
    name: str
    planted: Any
    surfaces: tuple[str, ...]


FAULTS = {
    "routes link hidden rows": Fault(operations, "find_link_scope", link_every_row, ("route",)),
    "inputs link hidden rows": Fault(
        viewset, "find_link_scope", link_every_row, ("nested", "bulk", "graphql")
    ),
    "the API asks for update of both": Fault(links, "list_link_actions", list_both_actions, API),
    "the admin asks for update of both": Fault(
        access, "list_link_actions", list_both_actions, ("admin",)
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_seen_on_each_surface_that_has_it(
    policy: Write, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    fault = FAULTS[name]
    monkeypatch.setattr(fault.target, fault.name, fault.planted)
    found = find_disagreements(policy, NARROW, fault.surfaces)
    assert {each.partition(":")[0] for each in found} == set(fault.surfaces)
