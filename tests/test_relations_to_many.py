"""Links to many rows: pairs of any model, and links of an entity to itself."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.crew.served import add, find, link, list_ids, show
from tests.graph import ask_data, ask_error
from tests.rest import assert_problem, find_pointers

pytestmark = pytest.mark.django_db


def people(root: APIClient, *names: str) -> list[str]:
    return [add(root, "people", name=name) for name in names]


@pytest.mark.parametrize(("there", "back"), [("friends", "friends"), ("follows", "followers")])
def test_an_entity_links_to_itself(root: APIClient, there: str, back: str) -> None:
    ada, eve, bob = people(root, "Ada", "Eve", "Bob")
    assert root.post(f"/api/people/{ada}/{there}", link(ada, eve, bob)).status_code == 201
    assert root.delete(f"/api/people/{bob}/{back}", link(ada)).status_code == 200
    assert sorted(list_ids(root, f"people/{ada}/{there}")) == sorted([ada, eve])
    assert list_ids(root, f"people/{eve}/{back}") == [ada]
    assert list_ids(root, f"people?where[{there}][some][name]=Eve") == [ada]
    document = f"{{ people {{ name {there} {{ name }} }} }}"
    shown = {row["name"]: row[there] for row in ask_data(root, document)["people"]}
    assert shown["Ada"] == [{"name": "Ada"}, {"name": "Eve"}]


def test_a_change_of_a_link_is_a_change_of_both_rows(root: APIClient) -> None:
    ada, eve = people(root, "Ada", "Eve")
    times = {row["id"]: row["updatedAt"] for row in show(root, "people")}
    assert root.post(f"/api/people/{ada}/friends", link(eve)).status_code == 201
    after = {row["id"]: row["updatedAt"] for row in show(root, "people")}
    assert all(after[key] > times[key] for key in (ada, eve))


def test_pairs_of_a_model_of_their_own_are_written_as_links(root: APIClient) -> None:
    countries = [add(root, "countries", code=code) for code in ("NL", "BE")]
    trip = add(root, "trips", name="North", stops={"connect": link(*countries)})
    assert list_ids(root, f"trips/{trip}/stops") == countries
    assert root.patch(f"/api/countries/{countries[0]}/trips", []).status_code == 200
    update = "mutation ($where: TripWhereUniqueInput!, $data: TripUpdateInput!) { updateTrip(where: $where, data: $data) { stops { code } } }"
    data = {"stops": {"disconnect": link(countries[1]), "connect": link(countries[0])}}
    assert ask_data(root, update, where={"id": trip}, data=data)["updateTrip"] == {
        "stops": [{"code": "NL"}]
    }
    assert list(find("Stop").objects.values_list("nights", flat=True)) == [1]


def test_pairs_that_need_a_value_are_only_read_as_links(root: APIClient) -> None:
    (ada,) = people(root, "Ada")
    trip = add(root, "trips", name="North")
    add(root, "berths", trip={"id": trip}, person={"id": ada}, bunk=1)
    assert list_ids(root, f"trips/{trip}/crew") == [ada]
    assert list_ids(root, f"people/{ada}/trips") == [trip]
    assert list_ids(root, "trips?where[crew][some][name]=Ada") == [trip]
    assert ask_data(root, "{ trips { crew { name } berths { bunk } } }")["trips"] == [
        {"crew": [{"name": "Ada"}], "berths": [{"bunk": 1}]}
    ]
    for address in (f"trips/{trip}/crew", f"people/{ada}/trips"):
        for method in ("post", "patch", "delete"):
            answer = getattr(root, method)(f"/api/{address}", link(ada))
            assert_problem(answer, 405)
            assert answer["Allow"] == "GET, HEAD, OPTIONS"
    for answer in (
        root.post("/api/trips", {"name": "x", "crew": {"connect": link(ada)}}),
        root.patch(f"/api/trips/{trip}", {"crew": {"set": []}}),
    ):
        assert find_pointers(answer) == ["#/crew"]
    assert find("Berth").objects.count() == 1


def test_pairs_that_repeat_a_row_show_it_once(root: APIClient) -> None:
    ada, eve = people(root, "Ada", "Eve")
    trip = {"id": add(root, "trips", name="North")}
    for bunk, person in enumerate((ada, ada, ada, eve)):
        add(root, "berths", trip=trip, person={"id": person}, bunk=bunk)
    address = f"/api/trips/{trip['id']}/crew"
    answer = root.get(f"{address}?take=2", headers={"Prefer": "count=exact"})
    assert ([row["id"] for row in answer.json()], answer["X-Total-Count"]) == ([ada, eve], "2")
    assert "Link" not in answer
    for arguments, expected in (
        ("", [ada, eve]),
        ("(take: 1, skip: 1)", [eve]),
        ("(take: 1)", [ada]),
    ):
        document = f"{{ trips {{ crew{arguments} {{ id }} }} people {{ trips {{ id }} }} }}"
        shown = ask_data(root, document)
        assert shown["trips"] == [{"crew": link(*expected)}]
        assert shown["people"] == [{"trips": [trip]}] * 2


def test_no_input_of_graphql_has_such_pairs(root: APIClient, settings: Any) -> None:
    settings.GRAPHQL_INTROSPECTION = True
    document = '{ __type(name: "TripUpdateInput") { inputFields { name } } }'
    names = [each["name"] for each in ask_data(root, document)["__type"]["inputFields"]]
    assert "stops" in names
    assert "crew" not in names


def test_an_unknown_row_is_not_linked(root: APIClient) -> None:
    ada, eve = people(root, "Ada", "Eve")
    tag = add(root, "tags", name="x")
    answer = root.post(f"/api/people/{ada}/friends", link(eve, tag))
    assert find_pointers(answer) == ["#/1/id"]
    assert list_ids(root, f"people/{ada}/friends") == []
    error = ask_error(
        root,
        "mutation ($data: PersonCreateInput!) { createPerson(data: $data) { id } }",
        data={"name": "Bob", "friends": {"connect": link(tag)}},
    )
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
