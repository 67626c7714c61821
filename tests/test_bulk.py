"""Many rows at once: `/api/<plural>/bulk`, and `createManyXs` and its sisters on GraphQL."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tests.conftest import add_user
from tests.graph import ask_data, ask_error
from tests.policies import call_as, make_user, write_policy
from tests.rest import assert_problem, find_pointers
from tests.shop.models import Address, Customer, Order

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_described")]
BULK = "/api/customers/bulk"
UNKNOWN = "00000000-0000-0000-0000-000000000000"


def make_customers(count: int) -> list[dict[str, str]]:
    rows = [Customer.objects.create(first_name=f"No {number}") for number in range(count)]
    return [{"id": str(row.pk)} for row in rows]


def count_queries(rest: APIClient, method: str, items: list[Any]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert getattr(rest, method)(BULK, items).status_code in (200, 201)
    return len(queries)


def test_rows_are_created_in_their_order(rest: APIClient) -> None:
    address = Address.objects.create(city="Rome")
    items = [{"firstName": f"No {n}", "address": {"id": str(address.pk)}} for n in range(3)]
    response = rest.post(BULK, items)
    assert response.status_code == 201
    assert [row["firstName"] for row in response.json()] == ["No 0", "No 1", "No 2"]
    assert response.json()[0] == rest.get(f"/api/customers/{response.json()[0]['id']}").json()
    assert Customer.objects.filter(address=address).count() == 3


def test_rows_are_changed_each_in_its_fields(rest: APIClient) -> None:
    first, second = make_customers(2)
    before = Customer.objects.get(pk=first["id"]).updated_at
    changes = [{**second, "lastName": "Two"}, {**first, "phone": "1"}]
    response = rest.patch(BULK, changes)
    assert [(row["id"], row["lastName"], row["phone"]) for row in response.json()] == [
        (second["id"], "Two", None),
        (first["id"], None, "1"),
    ]
    changed = Customer.objects.get(pk=first["id"])
    assert (changed.first_name, changed.phone, changed.updated_at > before) == ("No 0", "1", True)


def test_a_row_without_fields_stays_as_it_is(rest: APIClient) -> None:
    first, second = make_customers(2)
    before = Customer.objects.get(pk=first["id"]).updated_at
    assert rest.patch(BULK, [first, {**second, "phone": "1"}]).status_code == 200
    assert Customer.objects.get(pk=first["id"]).updated_at == before


def test_rows_are_deleted_and_answered_as_they_were(rest: APIClient) -> None:
    items = make_customers(3)
    response = rest.delete(BULK, items[:2])
    assert [row["firstName"] for row in response.json()] == ["No 0", "No 1"]
    assert [str(row.pk) for row in Customer.objects.all()] == [items[2]["id"]]


def test_links_to_many_are_written_too(rest: APIClient) -> None:
    order = Order.objects.create()
    items = [{"orders": {"connect": [{"id": str(order.pk)}]}}, {"firstName": "Ada"}]
    made = rest.post(BULK, items).json()
    assert str(Order.objects.get().customer_id) == made[0]["id"]


@pytest.mark.parametrize("change", [{}, None, {"connect": []}])
def test_an_empty_change_of_links_changes_none(rest: APIClient, change: Any) -> None:
    made = rest.post(BULK, [{}, {"orders": change}])
    assert made.status_code == 201
    changes = [{"id": row["id"], "orders": change} for row in made.json()]
    assert rest.patch(BULK, changes).status_code == 200


def test_no_row_is_no_fault(rest: APIClient) -> None:
    assert (rest.post(BULK, []).status_code, rest.post(BULK, []).json()) == (201, [])
    assert [rest.patch(BULK, []).json(), rest.delete(BULK, []).json()] == [[], []]


@pytest.mark.parametrize("method", ["post", "patch", "delete"])
@pytest.mark.parametrize("body", [{}, "x", None, 1])
def test_another_value_than_a_list_is_refused(rest: APIClient, method: str, body: Any) -> None:
    assert find_pointers(getattr(rest, method)(BULK, body)) == ["#"]


@pytest.mark.parametrize("method", ["post", "patch", "delete"])
def test_too_many_rows_are_refused(rest: APIClient, method: str) -> None:
    response = getattr(rest, method)(BULK, [{}] * (settings.API_MAX_TAKE + 1))
    assert find_pointers(response) == ["#"]


def test_the_faults_of_each_row_stand_under_its_index(rest: APIClient) -> None:
    items = [{}, {"email": "no"}, {"firstName": 1, "x": 1}, 7, {"address": {"id": UNKNOWN}}]
    pointers = find_pointers(rest.post(BULK, items))
    assert pointers == ["#/1/email", "#/2/firstName", "#/2/x", "#/3", "#/4/address/id"]
    assert not Customer.objects.exists()


def test_the_faults_of_changes_stand_under_their_index(rest: APIClient) -> None:
    first, second = make_customers(2)
    assert find_pointers(rest.patch(BULK, [first, {**second, "phone": 1}])) == ["#/1/phone"]
    assert find_pointers(rest.patch(BULK, [first, {"phone": "1"}, 7])) == ["#/1/id", "#/2/id"]
    assert find_pointers(rest.patch(BULK, [first, first])) == ["#/1/id"]
    assert find_pointers(rest.delete(BULK, [first, {**second, "phone": "1"}])) == ["#/1/phone"]


@pytest.mark.parametrize("key", [UNKNOWN, "x", ""])
@pytest.mark.parametrize("method", ["patch", "delete"])
def test_an_unknown_row_is_named_and_nothing_is_done(
    rest: APIClient, method: str, key: str
) -> None:
    [first] = make_customers(1)
    problem = assert_problem(getattr(rest, method)(BULK, [first, {"id": key}]), 404)
    assert [error["pointer"] for error in problem["errors"]] == ["#/1"]
    assert Customer.objects.count() == 1


def test_a_clash_names_its_row(rest: APIClient) -> None:
    rest.post("/api/users", {"username": "ada", "password": "a long enough one", "roles": []})
    item = {"password": "a long enough one", "roles": []}
    items = [{**item, "username": "grace"}, {**item, "username": "ada"}]
    problem = assert_problem(rest.post("/api/users/bulk", items), 409)
    assert [error["pointer"] for error in problem["errors"]] == ["#/1/username"]
    assert rest.get("/api/users?where[username]=grace").json() == []


def test_creating_takes_as_many_statements_for_many(rest: APIClient) -> None:
    address = {"id": str(Address.objects.create().pk)}
    # SQLite takes 999 values a statement.
    items = [{"firstName": str(number), "address": address} for number in range(100)]
    assert count_queries(rest, "post", items[:2]) == count_queries(rest, "post", items)


def test_changing_takes_as_many_statements_for_many(rest: APIClient) -> None:
    items = [{**row, "phone": "1"} for row in make_customers(100)]
    assert count_queries(rest, "patch", items[:2]) == count_queries(rest, "patch", items)


def test_a_caller_changes_only_rows_and_fields_that_the_policy_allows(user: Any) -> None:
    [first] = make_customers(1)
    caller = call_as(user)
    problem = assert_problem(
        caller.patch(BULK, [first, {**first, "id": UNKNOWN, "email": "a@b.de"}]), 403
    )
    assert [error["pointer"] for error in problem["errors"]] == ["#/1"]
    assert_problem(caller.delete(BULK, [first]), 403)
    assert_problem(APIClient().post(BULK, [{}]), 401)
    assert_problem(call_as(add_user("eve", None, "admin")).get(BULK), 405)


def test_a_caller_of_own_rows_writes_own_rows_alone(user: Any) -> None:
    mine = Order.objects.create(customer=Customer.objects.create(owner=user))
    other = Order.objects.create(
        customer=Customer.objects.create(owner=add_user("eve", None, "user"))
    )
    changes = [{"id": str(row.pk), "quantity": 7} for row in (mine, other)]
    assert_problem(call_as(user).patch("/api/orders/bulk", changes), 404)
    assert not Order.objects.filter(quantity=7).exists()
    assert call_as(user).patch("/api/orders/bulk", changes[:1]).json()[0]["quantity"] == 7
    moved = [{"id": str(mine.pk), "customer": None}]
    assert_problem(call_as(user).patch("/api/orders/bulk", moved), 403)


def test_graphql_writes_many_rows(rest: APIClient) -> None:
    create = "mutation ($d: [CustomerCreateInput!]!) { createManyCustomers(data: $d) { id firstName orders { id } } }"
    made = ask_data(rest, create, d=[{"firstName": "Ada"}, {"firstName": "Eve"}])[
        "createManyCustomers"
    ]
    assert [row["firstName"] for row in made] == ["Ada", "Eve"]
    update = (
        "mutation ($d: [CustomerUpdateManyInput!]!) { updateManyCustomers(data: $d) { id phone } }"
    )
    changes = [{"where": {"id": row["id"]}, "data": {"phone": "1"}} for row in made]
    changed = ask_data(rest, update, d=changes)["updateManyCustomers"]
    assert changed == [{"id": row["id"], "phone": "1"} for row in made]
    delete = "mutation ($w: [CustomerWhereUniqueInput!]!) { deleteManyCustomers(where: $w) { firstName } }"
    gone = ask_data(rest, delete, w=[{"id": row["id"]} for row in made])["deleteManyCustomers"]
    assert (gone, Customer.objects.count()) == ([{"firstName": "Ada"}, {"firstName": "Eve"}], 0)


def test_graphql_places_faults_as_rest_does(rest: APIClient) -> None:
    create = "mutation ($d: [CustomerCreateInput!]!) { createManyCustomers(data: $d) { id } }"
    error = ask_error(rest, create, d=[{"firstName": "Ada"}, {"email": "no"}])
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert [each["pointer"] for each in error["extensions"]["errors"]] == ["#/1/email"]
    assert not Customer.objects.exists()


def test_rows_out_of_view_are_answered_by_their_ids(policy: Any) -> None:
    own = 'create = "all"\nupdate = "all"\ndelete = "all"\nview = "own"\nsearch = "own"'
    policy(write_policy(Customer=own))
    user = make_user("ada", "user")
    rows = make_customers(2)
    Customer.objects.filter(pk=rows[1]["id"]).update(owner=user)
    changed = call_as(user).patch(BULK, [{**row, "phone": "1"} for row in rows]).json()
    assert (changed[0], changed[1]["phone"]) == (rows[0], "1")
    assert call_as(user).delete(BULK, rows).json()[0] == rows[0]
