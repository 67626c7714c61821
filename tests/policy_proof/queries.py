"""Lists by chance: conditions over links, orders, searches and pages, as REST and GraphQL take them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode

from hypothesis import strategies as st

from tests.policy_proof.oracle import Oracle
from tests.policy_proof.world import FIELDS, NUMBERS, PLURALS, Field, Roles

WORDS = ("a", "b", "ab", "")
MOMENTS = ("2020-01-01T00:00:00.000Z", "2021-01-01T00:00:00.000Z")
TEXT_OPERATORS = ("equals", "not", "contains", "startsWith", "endsWith", "lt", "gte")
OPERATORS = ("equals", "not", "lt", "gte")
SEARCHED = ("Customer", "Product")
DEPTH = 2
SKIPPED, TAKEN = st.integers(0, 1), st.integers(1, 3)


@dataclass(frozen=True)
class Asked:
    """A list of an entity. `order` has the names on the way to each field, and its direction.

    `shown` are the fields that GraphQL is asked for.
    """

    entity: str
    shown: tuple[str, ...]
    where: dict[str, Any]
    order: list[tuple[tuple[str, ...], str]]
    search: str | None
    skip: int
    take: int

    def write_address(self) -> str:
        order = [_nest(names, direction) for names, direction in self.order]
        given = {"where": json.dumps(self.where), "orderBy": json.dumps(order)}
        given |= {} if self.search is None else {"search": self.search}
        return f"/api/{PLURALS[self.entity]}?{urlencode(given)}&skip={self.skip}&take={self.take}"

    def write_operation(self) -> dict[str, Any]:
        name, plural = self.entity, PLURALS[self.entity]
        search = (", $search: String", ", search: $search") if name in SEARCHED else ("", "")
        query = (
            f"query ($where: {name}WhereInput, $order: [{name}OrderByInput!]{search[0]}) {{"
            f" {plural}(where: $where, orderBy: $order, skip: {self.skip}, take: {self.take}"
            f"{search[1]}) {{ {' '.join(self.shown)} }}"
            f" _{plural}Meta(where: $where{search[1]}) {{ count }} }}"
        )
        order = [_nest(names, direction.title()) for names, direction in self.order]
        values = {"where": self.where, "order": order, "search": self.search}
        return {"query": query, "variables": values}


def _nest(names: tuple[str, ...], direction: str) -> Any:
    nested: Any = direction
    for name in reversed(names):
        nested = {name: nested}
    return nested


# Hypothesis checks each strategy before its first draw, which costs more than a draw. So each is
# made once.
@cache
def draw_value(field: Field) -> st.SearchStrategy[Any]:
    """Draw a value that a row or a condition may have; few of them, so that they often meet."""
    if field.name == "isActive":
        return _TRUTH
    if field.kind == "kept":
        return _one_of(MOMENTS)
    return _one_of((0, 1, 2) if field.name in NUMBERS else WORDS)


@cache
def _one_of(values: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


@cache
def _some_of(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(values, max_size=2)


_TRUTH, _NOTHING = st.booleans(), st.none()


@st.composite
def queries(draw: st.DrawFn, oracle: Oracle, roles: Roles, entity: str) -> Asked:
    """Draw a list that the caller may mostly ask for: a refusal tells nothing either way."""
    orders = st.lists(_orders(oracle, roles, entity), max_size=2, unique_by=lambda each: each[0])
    shown = {
        field.name
        for field in FIELDS[entity]
        if field.kind in ("kept", "scalar") and oracle.filters(roles, entity, field)
    }
    return Asked(
        entity,
        ("id", *sorted(shown - {"id"})),
        draw(_conditions(oracle, roles, entity, DEPTH)),
        draw(orders),
        draw(_one_of((None, "a", "b a"))) if entity in SEARCHED else None,
        draw(SKIPPED),
        draw(TAKEN),
    )


@st.composite
def _orders(
    draw: st.DrawFn, oracle: Oracle, roles: Roles, entity: str
) -> tuple[tuple[str, ...], str]:
    names: list[str] = []
    field = draw(_fields(oracle, roles, entity, ("many",)))
    while field.kind == "one":
        names.append(field.name)
        field = draw(_fields(oracle, roles, field.target, ("many",)))
    return (*names, field.name), draw(_one_of(("asc", "desc")))


@st.composite
def _conditions(
    draw: st.DrawFn, oracle: Oracle, roles: Roles, entity: str, depth: int
) -> dict[str, Any]:
    fields = _fields(oracle, roles, entity, ("roles",))
    found: dict[str, Any] = {}
    for field in draw(_some_of(fields)):
        below = _conditions(oracle, roles, field.target, depth - 1) if field.target else _NOTHING
        if field.kind == "one":
            found[field.name] = draw(_NOTHING | below) if depth else None
        elif field.kind == "many":
            quantifier = draw(_one_of(("some", "every", "none")))
            found[field.name] = {quantifier: draw(below) if depth else {}}
        elif field.name != "id":
            found[field.name] = draw(_comparisons(field))
    if depth and draw(_TRUTH):
        parts = st.lists(_conditions(oracle, roles, entity, depth - 1), max_size=2)
        found[draw(_one_of(("AND", "OR", "NOT")))] = draw(parts)
    return found


@st.composite
def _comparisons(draw: st.DrawFn, field: Field) -> dict[str, Any]:
    if field.nullable and draw(_TRUTH):
        return {draw(_one_of(("equals", "not"))): None}
    value = draw_value(field)
    is_text = field.kind == "scalar" and field.name not in (*NUMBERS, "isActive")
    if draw(_TRUTH):
        operators = ("equals", "not") if field.name == "isActive" else OPERATORS
        chosen = draw(_one_of(TEXT_OPERATORS if is_text else operators))
        return {chosen: draw(value)}
    if field.name == "isActive":
        return {"equals": draw(value)}
    return {draw(_one_of(("in", "notIn"))): draw(_some_of(value))}


def _fields(
    oracle: Oracle, roles: Roles, entity: str, left_out: tuple[str, ...]
) -> st.SearchStrategy[Field]:
    """Draw the fields that a list may name, more often than all that there are: a refusal has to
    be the same as well.
    """
    fields = [field for field in FIELDS[entity] if field.kind not in ("secret", *left_out)]
    allowed = [oracle.filters(roles, entity, field) for field in fields]
    return _weighted_fields(tuple(fields), tuple(allowed))


@cache
def _weighted_fields(
    fields: tuple[Field, ...], allowed: tuple[bool, ...]
) -> st.SearchStrategy[Field]:
    often = [field for field, is_open in zip(fields, allowed, strict=True) if is_open]
    return st.sampled_from(
        [each for each in often for _ in range(16 if each.target else 8)] + list(fields)
    )
