"""Conditions and orders over one-to-one and many-to-many links, also where rows are hidden."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tests.crew.served import OWN, add, find, link, list_ids, permit, show
from tests.graph import ask_data
from tests.policies import ALL, call_as, make_user
from tests.rest import read_next

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(root: APIClient) -> dict[str, str]:
    """Ada has a passport and leads Eve, who has another. Bob has none."""
    ada = add(root, "people", name="Ada")
    eve = add(root, "people", name="Eve", mentor={"id": ada}, friends={"connect": link(ada)})
    bob = add(root, "people", name="Bob", follows={"connect": link(ada, eve)})
    for number, key in (("2", ada), ("1", eve)):
        add(root, "passports", number=number, holder={"id": key})
    add(root, "passports", number="3")
    return {"Ada": ada, "Eve": eve, "Bob": bob}


def names(client: APIClient, query: str) -> list[str]:
    return [row["name"] for row in show(client, f"people?{query}")]


CONDITIONS = {
    "where[passport][number]=1": ["Eve"],
    "where[passport][isNull]=true": ["Bob"],
    "where[passport][isNull]=false": ["Ada", "Eve"],
    "where[mentor][isNull]=false": ["Eve"],
    "where[pupil][isNull]=true": ["Eve", "Bob"],
    "where[pupil][name]=Eve": ["Ada"],
    "where[mentor][passport][number]=2": ["Eve"],
    "where[NOT][passport][number]=1": ["Ada", "Bob"],
    "where[friends][some][name]=Ada": ["Eve"],
    "where[friends][some][passport][isNull]=false": ["Ada", "Eve"],
    "where[friends][none][name]=Ada": ["Ada", "Bob"],
    "where[follows][some][name]=Ada": ["Bob"],
    "where[follows][every][name]=Ada": ["Ada", "Eve"],
    "where[followers][some][name]=Bob": ["Ada", "Eve"],
    "where[followers][none][name]=Bob": ["Bob"],
    "where[follows][some][mentor][name]=Ada": ["Bob"],
    'where={"passport":null}': ["Bob"],
    'where={"OR":[{"pupil":{"name":"Eve"}},{"passport":null}]}': ["Ada", "Bob"],
}


@pytest.mark.parametrize("query", CONDITIONS)
def test_conditions_follow_links(root: APIClient, people: dict[str, str], query: str) -> None:
    assert sorted(names(root, query)) == sorted(CONDITIONS[query])


def test_graphql_has_the_same_conditions(root: APIClient, people: dict[str, str]) -> None:
    for where, expected in {
        '{passport: {number: {equals: "1"}}}': ["Eve"],
        "{passport: null}": ["Bob"],
        "{pupil: {isNull: false}}": ["Ada"],
        "{follows: {some: {passport: {isNull: false}}}}": ["Bob"],
        '{friends: {every: {name: {equals: "Eve"}}}, pupil: {isNull: false}}': ["Ada"],
    }.items():
        found = ask_data(root, f"{{ people(where: {where}) {{ name }} }}")["people"]
        assert [row["name"] for row in found] == expected, where


def test_a_passport_is_found_by_its_holder(root: APIClient, people: dict[str, str]) -> None:
    for query, expected in {
        "where[holder][name]=Ada": ["2"],
        "where[holder][isNull]=true": ["3"],
        f"where[holder][id]={people['Eve']}": ["1"],
        "where[holder][pupil][name]=Eve": ["2"],
    }.items():
        assert [row["number"] for row in show(root, f"passports?{query}")] == expected, query


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("orderBy[passport][number]=asc", ["Eve", "Ada", "Bob"]),
        ("orderBy[passport][number]=desc", ["Bob", "Ada", "Eve"]),
        ("orderBy[mentor][passport][number]=asc&orderBy[name]=desc", ["Eve", "Bob", "Ada"]),
        ("orderBy[pupil][name]=asc&orderBy[name]=asc", ["Ada", "Bob", "Eve"]),
    ],
)
def test_orders_follow_links_to_one(
    root: APIClient, people: dict[str, str], order: str, expected: list[str]
) -> None:
    assert names(root, order) == expected
    address, found = f"/api/people?{order}&take=1", []
    while address:
        page = root.get(address)
        found += [row["name"] for row in page.json()]
        address = read_next(page)
    assert found == expected


# What the caller may not see.


@pytest.fixture
def limited(root: APIClient, policy: Callable[[str], Path]) -> APIClient:
    """A user who sees one badge of two, and one team of two; the stamps and plans all."""
    user = make_user("ada", "user")
    for owner, color in ((user, "mine"), (None, "hidden")):
        badge = find("Badge").objects.create(user=owner, color=color)
        find("Stamp").objects.create(text=color, badge=badge)
        team = find("Team").objects.create(name=color)
        find("Plan").objects.create(title=color).teams.add(team)
        team.members.set([owner] if owner else [])
    permit(policy, Badge=OWN, Team=OWN, Stamp=ALL, Plan=ALL)
    return call_as(user)


@pytest.mark.parametrize(
    ("plural", "hidden", "like_none"),
    [
        ("stamps", "where[badge][color]=hidden", "where[badge][isNull]=true"),
        ("plans", "where[teams][some][name]=hidden", "where[teams][none][name][contains]="),
    ],
)
def test_no_condition_finds_a_hidden_row(
    limited: APIClient, plural: str, hidden: str, like_none: str
) -> None:
    assert list_ids(limited, f"{plural}?{hidden}") == []
    counted = limited.get(f"/api/{plural}?{hidden}", headers={"Prefer": "count=exact"})
    assert counted["X-Total-Count"] == "0"
    (row,) = show(limited, f"{plural}?{like_none}")
    assert row.get("text", row.get("title")) == "hidden"


def test_no_order_and_no_position_shows_a_hidden_row(limited: APIClient) -> None:
    hidden = find("Stamp").objects.get(text="hidden")
    # Letters that no id has: the place holds the id of a row.
    for color in ("first", "zzz"):
        find("Badge").objects.filter(color__in=("hidden", "first")).update(color=color)
        for direction, expected in (("asc", "mine hidden"), ("desc", "hidden mine")):
            page = limited.get(f"/api/stamps?orderBy[badge][color]={direction}&take=1")
            rows = page.json() + limited.get(read_next(page)).json()
            assert [row["text"] for row in rows] == expected.split()
            place = page["Link"].partition("after=")[2].partition(">")[0]
            assert color not in urlsafe_b64decode(place + "===").decode()
    assert show(limited, f"stamps/{hidden.pk}")["badge"] is None


def test_the_other_side_of_a_one_to_one_link_hides_its_row(
    limited: APIClient, policy: Callable[[str], Path]
) -> None:
    permit(policy, Stamp=OWN, Badge=ALL)
    shown = {row["color"]: row["stamp"] for row in show(limited, "badges")}
    assert (shown["hidden"], shown["mine"] is None) == (None, False)
    assert [row["color"] for row in show(limited, "badges?where[stamp][isNull]=true")] == ["hidden"]
    assert show(limited, "badges?where[stamp][text]=hidden") == []
    document = "{ badges(orderBy: [{stamp: {text: Asc}}]) { color stamp { text } } }"
    assert ask_data(limited, document)["badges"] == [
        {"color": "mine", "stamp": {"text": "mine"}},
        {"color": "hidden", "stamp": None},
    ]


# Costs.

DOCUMENT = """{ people { name passport { number } mentor { name } pupil { name passport { number } }
  friends { name } followers { name passport { number } } visas { country { code } } } }"""


def count_queries(client: APIClient, ask: Any) -> int:
    with CaptureQueriesContext(connection) as queries:
        ask(client)
    return len(queries)


@pytest.mark.parametrize("surface", ["rest", "visas", "graphql", "where"])
def test_the_queries_of_lists_with_links_are_constant(root: APIClient, surface: str) -> None:
    ask: Any = {
        "rest": lambda client: show(client, "people"),
        "visas": lambda client: show(client, "visas"),
        "graphql": lambda client: ask_data(client, DOCUMENT),
        "where": lambda client: show(client, "people?where[friends][some][passport][number]=1"),
    }[surface]
    counts = []
    for count in (3, 27):
        make_people(count)
        ask(root)  # compiles the statements
        counts.append(count_queries(root, ask))
    assert counts[0] == counts[1]


def make_people(count: int) -> None:
    country, _ = find("Country").objects.get_or_create(code="NL")
    last = None
    for _ in range(count):
        person = find("Person").objects.create(name="x", mentor=last)
        find("Passport").objects.create(number=str(person.pk)[-20:], holder=person)
        find("Visa").objects.create(holder=person, country=country)
        person.friends.add(*([last] if last else []))
        person.follows.add(person)
        last = person
