"""Integers of 64 bits, which a Float cannot hold: exact in bodies, answers, filters and pages, on
REST and GraphQL.
"""

import pytest
from rest_framework.test import APIClient

from tests.lab import Key
from tests.rest import assert_problem


def test_big_integers_are_exact_in_every_place(lab: APIClient) -> None:
    numbers = [-(2**63), -(2**53) - 1, 0, 3_000_000_000, 2**53 + 1, 2**63 - 1]
    for number in numbers:
        made = lab.post("/api/keys", {"number": number})
        assert (made.status_code, made.json()["number"]) == (201, number)
        assert [row["number"] for row in lab.get(f"/api/keys?where[number]={number}").json()] == [
            number
        ]
    found = lab.get(f"/api/keys?where[number][gte]={2**53}&orderBy[number]=desc").json()
    assert [row["number"] for row in found] == [2**63 - 1, 2**53 + 1]
    query = "{ keys(orderBy: {number: Asc}) { number } }"
    shown = lab.post("/graphql", {"query": query}).json()["data"]["keys"]
    assert [row["number"] for row in shown] == [
        number if abs(number) <= 2**53 else str(number) for number in numbers
    ]


@pytest.mark.parametrize("value", [2**53 + 1, str(2**53 + 1)])
def test_a_big_integer_of_graphql_is_a_number_or_its_digits(lab: APIClient, value: object) -> None:
    create = "mutation ($data: KeyCreateInput!) { createKey(data: $data) { number } }"
    made = lab.post("/graphql", {"query": create, "variables": {"data": {"number": value}}}).json()
    assert made == {"data": {"createKey": {"number": str(2**53 + 1)}}}
    find = "query ($where: KeyWhereInput) { keys(where: $where) { number } }"
    for where in ({"equals": value}, {"in": [value]}, {"gt": 2**53}):
        found = lab.post(
            "/graphql", {"query": find, "variables": {"where": {"number": where}}}
        ).json()
        assert found == {"data": {"keys": [{"number": str(2**53 + 1)}]}}
    literal = f"{{ keys(where: {{number: {{equals: {2**53 + 1}}}}}) {{ number }} }}"
    assert lab.post("/graphql", {"query": literal}).json() == {
        "data": {"keys": [{"number": str(2**53 + 1)}]}
    }


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 10**400, 1.5, "1", True, "x"])
def test_what_is_no_big_integer_is_refused(lab: APIClient, value: object) -> None:
    assert_problem(lab.post("/api/keys", {"number": value}), 400)
    assert not Key.objects.exists()
    if not isinstance(value, str) or value == "x":
        assert_problem(lab.get(f"/api/keys?where[number]={value}"), 400)


def test_a_big_count_is_not_negative(lab: APIClient) -> None:
    assert lab.post("/api/keys", {"count": 2**63 - 1}).json()["count"] == 2**63 - 1
    assert_problem(lab.post("/api/keys", {"count": -1}), 400)


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_pages_in_the_order_of_big_integers_are_whole(lab: APIClient, order: str) -> None:
    numbers = [2**53 + step for step in range(5)]
    for number in numbers:
        Key.objects.create(number=number)
    address: str | None = f"/api/keys?orderBy[number]={order}&take=2"
    found: list[int] = []
    while address and len(found) < len(numbers):
        response = lab.get(address)
        found += [row["number"] for row in response.json()]
        link = response.headers.get("Link")
        address = f"/api/keys{link[link.index('?') : link.index('>')]}" if link else None
    assert found == sorted(numbers, reverse=order == "desc")
