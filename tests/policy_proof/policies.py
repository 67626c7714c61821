"""Policies by chance, the same ones in every run: valid, and open enough to be worth asking about."""

from __future__ import annotations

import functools
import json
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.policy_proof.world import FIELDS

OWNED = ("User", "Customer", "Order")
ROLES = ("admin", "user")
LISTS: tuple[Any, ...] = (["admin"], ["user"], ["admin", "user"], [])
FIELD_RULES: tuple[Any, ...] = ("public", "all", *LISTS)
RULES: tuple[Any, ...] = ("public", "public", "all", "all", *LISTS, None)
OWN_RULES: tuple[Any, ...] = ("own", ["admin", "own"], ["user", "own"], ["admin", "own"])
# Most callers read most rows by these, so that lists have much to tell.
READ_RULES: tuple[Any, ...] = ("all", "all", "all", "public", ["user"])
ACTIONS = ("view", "search", "create", "update", "delete")
Sections = dict[str, dict[str, Any]]
# Made once: Hypothesis checks each strategy before its first draw, which costs more than a draw.
RULE_OF_FIELD = st.sampled_from(FIELD_RULES)
NARROWED = {
    entity: st.sets(
        st.sampled_from([field.name for field in fields if field.name != "id"]), max_size=3
    )
    for entity, fields in FIELDS.items()
}


@st.composite
def sections(
    draw: st.DrawFn, actions: tuple[str, ...] = ACTIONS, common: tuple[Any, ...] = RULES
) -> Sections:
    """Draw the rules of these actions for each entity, and of some fields."""
    found: Sections = {}
    any_rule, owned_rule = st.sampled_from(common), st.sampled_from(common + OWN_RULES * 2)
    for entity in FIELDS:
        rule_of_rows = owned_rule if entity in OWNED else any_rule
        section: dict[str, Any] = {}
        for action in actions:
            if (rule := draw(rule_of_rows)) is not None:
                section[action] = rule
        for action in [each for each in actions if each != "delete"]:
            # Each process has an order of its own for the texts of a set.
            for name in sorted(draw(NARROWED[entity])):
                section[f"fields.{action}.{name}"] = draw(RULE_OF_FIELD)
        found[entity] = section
    return found


def write_sections(found: Sections) -> str:
    lines = [f"roles = {json.dumps(ROLES)}"]
    for entity, section in found.items():
        lines += [
            "",
            f"[{entity}]",
            *(f"{key} = {json.dumps(rule)}" for key, rule in section.items()),
        ]
    return "\n".join(lines) + "\n"


@functools.cache
def draw_policies(count: int) -> tuple[str, ...]:
    """Draw so many policies, none of them twice; once in a process, as that takes a second."""
    found: dict[str, None] = {}

    @settings(
        max_examples=count * 2,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(sections())
    def collect(drawn: Sections) -> None:
        found[write_sections(drawn)] = None

    collect()
    # The first is the simplest that there is, with everything the same.
    return tuple(found)[1 : count + 1]
