"""`search` finds the rows with all words, each in any of the fields that the entity names."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from entity_api.checks import check_viewsets
from tests.graph import ask_data, ask_error
from tests.overriding import Override
from tests.policies import READ, call_as, make_user, write_policy
from tests.rest import assert_problem, find_pointers
from tests.shop.models import Address, Customer, Order
from tests.shop.viewsets import AddressViewSet

pytestmark = pytest.mark.django_db
CUSTOMERS = "query ($words: String) { customers(search: $words) { lastName } _customersMeta(search: $words) { count } }"


@pytest.fixture(autouse=True)
def people(db: None) -> None:
    names = [("Ada", "Lovelace", None), ("Ada", "Byron", "b@x.org"), ("Ève", "Łoś", "ada@x.org")]
    for first, last, email in names:
        Customer.objects.create(first_name=first, last_name=last, email=email, phone="ada")


def find(client: APIClient, words: str, **more: str) -> list[str]:
    answer = client.get("/api/customers", {"search": words, "orderBy[lastName]": "asc", **more})
    assert answer.status_code == 200, answer.content
    return [row["lastName"] for row in answer.json()]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ada", ["Byron", "Lovelace", "Łoś"]),
        ("  LOVE\tada ", ["Lovelace"]),
        ("ada x.org", ["Byron", "Łoś"]),
        ("ève ŁOŚ", ["Łoś"]),
        ("a_a", []),
        ("%", []),
        ("", ["Byron", "Lovelace", "Łoś"]),
    ],
)
def test_each_word_stands_in_some_field(rest: APIClient, words: str, found: list[str]) -> None:
    assert sorted(find(rest, words)) == sorted(found)
    data = ask_data(rest, CUSTOMERS, words=words)
    assert sorted(row["lastName"] for row in data["customers"]) == sorted(found)
    assert data["_customersMeta"] == {"count": len(found)}


def test_a_search_and_conditions_have_to_be_met_together(rest: APIClient) -> None:
    assert find(rest, "ada", **{"where[email][isNull]": "true"}) == ["Lovelace"]


def test_a_search_is_counted_and_goes_on_with_the_next_page(rest: APIClient) -> None:
    first = rest.get(
        "/api/customers?search=x.org&orderBy[email]=asc&take=1", headers={"Prefer": "count=exact"}
    )
    assert first["X-Total-Count"] == "2"
    address = first["Link"].split(">")[0].lstrip("<")
    second = rest.get(f"/api/customers{address}")
    assert [row["email"] for row in (*first.json(), *second.json())] == ["ada@x.org", "b@x.org"]
    assert "Link" not in second


def test_a_link_to_many_is_searched_too(rest: APIClient) -> None:
    address = Address.objects.create()
    Customer.objects.filter(first_name="Ada").update(address=address)
    answer = rest.get(f"/api/addresses/{address.pk}/customers?search=byron")
    assert [row["lastName"] for row in answer.json()] == ["Byron"]
    query = '{ addresses { customers(search: "byron") { lastName } } }'
    assert ask_data(rest, query) == {"addresses": [{"customers": [{"lastName": "Byron"}]}]}


def test_an_entity_that_names_no_field_knows_no_search(rest: APIClient) -> None:
    Order.objects.create()
    assert_problem(rest.get("/api/orders?search=a"), 400)
    assert find_pointers(rest.get("/api/orders?search=a")) == ["#/search"]
    assert "Unknown argument" in ask_error(rest, '{ orders(search: "a") { id } }')["message"]


@pytest.mark.parametrize(
    "query", ["search[a]=b", "search=a&search=b", "search=%00", "search=" + "a+" * 21]
)
def test_a_wrong_search_is_a_fault_of_the_request(rest: APIClient, query: str) -> None:
    assert_problem(rest.get(f"/api/customers?{query}"), 400)


def test_a_withheld_field_is_not_searched(policy: Any) -> None:
    policy(write_policy(READ, Customer=f"{READ}\nfields.view.email = []"))
    client = call_as(make_user("eve", "user"))
    assert find(client, "x.org") == []
    assert sorted(find(client, "ada")) == ["Byron", "Lovelace"]


def test_without_a_visible_field_there_is_no_search(policy: Any) -> None:
    hidden = "\n".join(f"fields.view.{name} = []" for name in ("email", "firstName", "lastName"))
    policy(write_policy(READ, Customer=f"{READ}\n{hidden}"))
    client = call_as(make_user("eve", "user"))
    assert_problem(client.get("/api/customers?search=ada"), 400)


@pytest.mark.parametrize("name", ["^first_name", "customers__email", "zip", "nothing"])
def test_a_check_refuses_what_is_no_text(override: Override, name: str) -> None:
    override(AddressViewSet, search_fields=("city", name))
    (fault,) = [fault for fault in check_viewsets() if fault.id == "entity_api.E014"]
    assert repr(name) in fault.msg
    assert "AddressViewSet.search_fields" in fault.msg


def test_the_command_shows_what_is_searched(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("entities", "Customer")
    assert "  search\n" in capsys.readouterr().out


def test_a_search_takes_no_query_more(rest: APIClient) -> None:
    with CaptureQueriesContext(connection) as plain:
        rest.get("/api/customers")
    with CaptureQueriesContext(connection) as searching:
        assert find(rest, "ada love") == ["Lovelace"]
    assert len(searching) == len(plain)
