"""docs/relations.md is true: each link of its table is one of tests/crew, and does what it says."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import models
from django.urls import resolve
from rest_framework.test import APIClient

from entity_api.description.registry import VIEWSETS, find_entity
from tests.crew.served import add, find, show
from tests.overriding import Override
from tests.processes import ROOT
from tests.rest import find_pointers

pytestmark = pytest.mark.django_db
PAGE = (ROOT / "docs" / "relations.md").read_text(encoding="utf-8")
ROWS = {
    cells[0]: [cell.strip() for cell in cells[1:]]
    for cells in re.findall(r"^\| `(\w+\.\w+)` \|" + r"([^|\n]*)\|" * 5 + "$", PAGE, re.M)
}
each_row = pytest.mark.parametrize("name", ROWS)


def describe(name: str) -> Any:
    entity, link = name.split(".")
    return find_entity(find(entity)).relations[link]


def test_the_page_has_every_link_of_the_travelling_entities(root: APIClient) -> None:
    shown = {name.partition(".")[0] for name in ROWS}
    assert shown == {"Visa", "Person", "Passport", "Trip", "Tag"}
    assert len(ROWS) == 13


@each_row
def test_a_link_reads_as_the_page_says(root: APIClient, name: str) -> None:
    link, (_, shown, route, _, _) = describe(name), ROWS[name]
    assert bool(shown) is not link.many
    assert ("null" in shown) is (not link.many and (link.is_back or link.origin.null))
    entity = find_entity(find(name.partition(".")[0]))
    address = f"/api/{entity.plural}/x/{link.name}"
    methods = resolve(address).func.actions if route else {}  # type: ignore[attr-defined]
    assert {each.upper() for each in methods} - {"HEAD"} == set(route.strip("`").split(", ")) - {""}


@each_row
def test_a_link_takes_what_the_page_says(root: APIClient, name: str) -> None:
    link, (_, _, _, taken, _) = describe(name), ROWS[name]
    assert ("read-only" in taken) is not link.writable
    field = VIEWSETS[find(name.partition(".")[0])].serializer_class().fields[link.name]
    assert ("`null`" in taken) is (link.writable and not link.many and field.allow_null)
    assert ("connect" in taken) is (link.many and link.writable)


@each_row
def test_a_list_is_sorted_by_a_link_as_the_page_says(root: APIClient, name: str) -> None:
    link, (*_, order) = describe(name), ROWS[name]
    entity = find_entity(find(name.partition(".")[0]))
    answers = {
        key: root.get(f"/api/{entity.plural}?orderBy{key}=asc").status_code
        for key in (f"[{link.name}Id]", f"[{link.name}][id]")
    }
    expected = [200 if f"{link.name}Id" in order else 400, 200 if "fields" in order else 400]
    assert list(answers.values()) == expected


def test_the_page_has_each_rule_of_django_for_deletions() -> None:
    rules = {
        name
        for row in re.findall(r"^\| (`[A-Z_`, ]+`) \|", PAGE, re.M)
        for name in re.findall(r"[A-Z_]+", row)
    }
    assert rules == {
        name
        for name in vars(models)
        if name
        in ("CASCADE", "SET_NULL", "SET_DEFAULT", "SET", "PROTECT", "RESTRICT", "DO_NOTHING")
    }


def test_the_validation_of_circles_works(root: APIClient, override: Override) -> None:
    names: dict[str, Any] = {"Person": find("Person")}
    code = next(
        block for block in re.findall(r"```python\n(.*?)```", PAGE, re.S) if "boss" in block
    )
    exec(code, names)  # noqa: S102 (the code of the page)
    names["PersonSerializer"].__module__ = __name__
    override(VIEWSETS[find("Person")], get_serializer_class=lambda _: names["PersonSerializer"])
    ada = add(root, "people", name="Ada")
    eve = add(root, "people", name="Eve", boss={"id": ada})
    bob = add(root, "people", name="Bob", boss={"id": eve})
    for key in (ada, eve, bob):
        refused = root.patch(f"/api/people/{ada}", {"boss": {"id": key}})
        assert find_pointers(refused) == ["#/boss"]
    assert root.patch(f"/api/people/{bob}", {"boss": {"id": ada}}).status_code == 200
    assert show(root, f"people/{ada}")["boss"] is None
