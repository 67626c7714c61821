"""A tenant filter in a viewset, however its author writes it, holds for every road to a row."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.test import Client
from rest_framework.exceptions import NotFound
from rest_framework.filters import BaseFilterBackend
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.test import APIClient

from auth_core.permissions import PolicyPermission
from entity_api.permission import EntityPermission
from tests.graph import ask, ask_data, ask_error
from tests.overriding import Override
from tests.policies import ALL, call_as, make_user, write_policy
from tests.rest import assert_problem, read_next, read_stored
from tests.shop.models import Address, Customer, Order
from tests.shop.viewsets import CustomerViewSet

pytestmark = pytest.mark.django_db
MINE, FOREIGN = "ada", "eve"


def filter_with_super(viewset: Any) -> QuerySet[Any]:
    rows: QuerySet[Any] = super(CustomerViewSet, viewset).get_queryset()
    return rows.filter(phone=viewset.request.user.username)


def filter_by_itself(viewset: Any) -> QuerySet[Customer]:
    return Customer.objects.filter(phone=viewset.request.user.username)


def filter_by_action(viewset: Any) -> QuerySet[Customer]:
    known = {"list", "retrieve", "create", "partial_update", "destroy"}
    return filter_by_itself(viewset) if viewset.action in known else Customer.objects.all()


def filter_grouped(viewset: Any) -> QuerySet[Customer]:
    return filter_by_itself(viewset).distinct()


def filter_afterwards(viewset: Any, rows: QuerySet[Customer]) -> QuerySet[Customer]:
    return rows.filter(phone=viewset.request.user.username)


class TenantBackend(BaseFilterBackend):
    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: Any
    ) -> QuerySet[Any]:
        return queryset.filter(phone=request.user.username)


class TenantPermission(EntityPermission):
    def visible_rows(self, request: Request, view: Any, action: str) -> Q:
        return Q(phone=request.user.username)


WAYS: dict[str, dict[str, Any]] = {
    "get_queryset with super": {"get_queryset": filter_with_super},
    "get_queryset by itself": {"get_queryset": filter_by_itself},
    "get_queryset by action": {"get_queryset": filter_by_action},
    "get_queryset with distinct": {"get_queryset": filter_grouped},
    "filter_queryset": {"filter_queryset": filter_afterwards},
    "filter_backends": {"filter_backends": [TenantBackend]},
    "visible_rows": {"permission_classes": [PolicyPermission, TenantPermission]},
    "queryset": {"queryset": Customer.objects.filter(phone=MINE)},
}


@pytest.fixture(params=WAYS)
def ada(request: Any, override: Override, policy: Any) -> APIClient:
    """A caller who may do everything, with customers of her tenant alone."""
    policy(write_policy(ALL))
    override(CustomerViewSet, **WAYS[request.param])
    return call_as(make_user(MINE, "user"))


@pytest.fixture
def mine(ada: APIClient) -> Customer:
    return add_customer(MINE)


@pytest.fixture
def foreign(ada: APIClient) -> Customer:
    return add_customer(FOREIGN)


def add_customer(tenant: str) -> Customer:
    """Add a customer with an address and an order, all named after the tenant."""
    customer = Customer.objects.create(phone=tenant, address=Address.objects.create(city=tenant))
    Order.objects.create(customer=customer, quantity=len(tenant))
    return customer


def test_a_list_and_its_count(ada: APIClient, mine: Customer, foreign: Customer) -> None:
    answer = ada.get("/api/customers", headers={"Prefer": "count=exact"})
    assert [row["id"] for row in answer.json()] == [str(mine.pk)]
    assert answer["X-Total-Count"] == "1"
    assert [row["id"] for row in ada.get("/api/customers?where[phone][not]=x&take=1").json()] == [
        str(mine.pk)
    ]


def test_the_next_page(ada: APIClient, mine: Customer, foreign: Customer) -> None:
    last = add_customer(MINE)
    first = ada.get("/api/customers?take=1")
    following = ada.get(read_next(first))
    assert [row["id"] for row in following.json()] == [str(last.pk)]
    assert "Link" not in following


def test_one_row_is_read_changed_and_deleted(
    ada: APIClient, mine: Customer, foreign: Customer
) -> None:
    before = read_stored()
    address = f"/api/customers/{foreign.pk}"
    for answer in (ada.get(address), ada.patch(address, {"firstName": "x"}), ada.delete(address)):
        assert_problem(answer, 404)
    assert read_stored() == before
    address = f"/api/customers/{mine.pk}"
    answers = [ada.get(address), ada.patch(address, {"firstName": "x"}), ada.delete(address)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert list(Customer.objects.all()) == [foreign]


def test_the_routes_of_links(ada: APIClient, mine: Customer, foreign: Customer) -> None:
    order = {"id": str(Order.objects.create().pk)}
    before = read_stored()
    address = f"/api/customers/{foreign.pk}/orders"
    answers = [
        ada.get(address),
        *(getattr(ada, verb)(address, [order]) for verb in ("post", "patch", "delete")),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert read_stored() == before
    address = f"/api/customers/{mine.pk}/orders"
    assert [ada.get(address).status_code, ada.post(address, [order]).status_code] == [200, 201]


def test_rows_on_the_other_side_of_a_link(
    ada: APIClient, mine: Customer, foreign: Customer
) -> None:
    address = Address.objects.create()
    Customer.objects.update(address=address)
    path = f"/api/addresses/{address.pk}/customers"
    assert [row["id"] for row in ada.get(path).json()] == [str(mine.pk)]
    assert ada.get(path, headers={"Prefer": "count=exact"})["X-Total-Count"] == "1"
    assert ada.patch(path, []).status_code == 200
    assert list(Customer.objects.filter(address=address)) == [foreign]


@pytest.mark.parametrize("verb", ["post", "patch", "delete"])
def test_what_a_link_to_many_may_take(
    ada: APIClient, mine: Customer, foreign: Customer, verb: str
) -> None:
    before = read_stored()
    path = f"/api/addresses/{foreign.address_id}/customers"
    assert_problem(getattr(ada, verb)(path, [{"id": str(mine.pk)}, {"id": str(foreign.pk)}]), 400)
    nested = {"customers": {"connect": [{"id": str(foreign.pk)}]}}
    assert_problem(ada.post("/api/addresses", nested), 400)
    assert_problem(ada.patch(f"/api/addresses/{mine.address_id}", nested), 400)
    assert read_stored() == before


def test_what_a_link_to_one_may_take(ada: APIClient, mine: Customer, foreign: Customer) -> None:
    link = {"customer": {"id": str(foreign.pk)}}
    order = Order.objects.get(customer=mine)
    for answer in (ada.post("/api/orders", link), ada.patch(f"/api/orders/{order.pk}", link)):
        assert answer.json()["errors"][0]["code"] == "does_not_exist"
    own = {"customer": {"id": str(mine.pk)}}
    assert ada.post("/api/orders", own).json()["customer"] == own["customer"]


def test_the_id_that_a_link_shows(ada: APIClient, mine: Customer, foreign: Customer) -> None:
    assert [row["customer"] for row in ada.get("/api/orders").json()] == [
        {"id": str(mine.pk)},
        None,
    ]
    order = Order.objects.get(customer=foreign)
    assert ada.get(f"/api/orders/{order.pk}").json()["customer"] is None
    assert ada.patch(f"/api/orders/{order.pk}", {"quantity": 1}).json()["customer"] is None


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("addresses?where[customers][some][phone]=eve", 0),
        ("addresses?where[customers][some][phone]=ada", 1),
        ("addresses?where[customers][none][phone][startsWith]=e", 2),
        ("addresses?where[customers][every][phone]=ada", 2),
        ("orders?where[customer][id]={foreign}", 0),
        ("orders?where[customer][id]={mine}", 1),
    ],
)
def test_conditions_over_links(
    ada: APIClient, mine: Customer, foreign: Customer, path: str, found: int
) -> None:
    assert len(ada.get("/api/" + path.format(mine=mine.pk, foreign=foreign.pk)).json()) == found


def test_the_order_by_a_link(ada: APIClient, foreign: Customer, mine: Customer) -> None:
    shown = [row["customer"] for row in ada.get("/api/orders?orderBy[customerId]=asc").json()]
    assert shown == [{"id": str(mine.pk)}, None]


def test_lists_and_rows_of_graphql(ada: APIClient, mine: Customer, foreign: Customer) -> None:
    query = """query ($mine: String!, $foreign: String!) {
        customers { id } _customersMeta { count } one: customer(where: {id: $mine}) { phone }
        none: customer(where: {id: $foreign}) { phone } }"""
    data = ask_data(ada, query, mine=str(mine.pk), foreign=str(foreign.pk))
    assert data == {
        "customers": [{"id": str(mine.pk)}],
        "_customersMeta": {"count": 1},
        "one": {"phone": MINE},
        "none": None,
    }


def test_nested_rows_of_graphql(ada: APIClient, mine: Customer, foreign: Customer) -> None:
    data = ask_data(
        ada,
        "{ addresses { customers { phone } } orders { customer { phone } linked: customer { id } "
        "} }",
    )
    assert data["addresses"] == [{"customers": [{"phone": MINE}]}, {"customers": []}]
    assert data["orders"] == [
        {"customer": {"phone": MINE}, "linked": {"id": str(mine.pk)}},
        {"customer": None, "linked": None},
    ]


def test_mutations_of_graphql(ada: APIClient, mine: Customer, foreign: Customer) -> None:
    before = read_stored()
    update = 'mutation ($id: String!) { updateCustomer(where: {id: $id}, data: {firstName: "x"}) { id } }'
    delete = "mutation ($id: String!) { deleteCustomer(where: {id: $id}) { id } }"
    link = "mutation ($id: String!) { createOrder(data: {customer: {id: $id}}) { id } }"
    errors = [ask_error(ada, query, id=str(foreign.pk)) for query in (update, delete, link)]
    assert [error["extensions"]["code"] for error in errors] == [
        "NOT_FOUND",
        "NOT_FOUND",
        "BAD_USER_INPUT",
    ]
    assert read_stored() == before
    assert all("errors" not in ask(ada, query, id=str(mine.pk)) for query in (update, link, delete))


def test_the_admin_of_staff(
    ada: APIClient, mine: Customer, foreign: Customer, client: Client
) -> None:
    get_user_model().objects.update(is_staff=True)
    client.force_login(get_user_model().objects.get())
    for page in ("customer", "order"):
        shown = client.get(f"/admin/shop/{page}/").content.decode()
        assert (str(mine.pk) in shown, str(foreign.pk) in shown) == (True, False)
    pages = [
        client.get(f"/admin/shop/customer/{row.pk}/change/").status_code for row in (mine, foreign)
    ]
    assert pages == [200, 302]


def test_a_superuser_sees_every_row_in_the_admin(
    override: Override, admin: Any, client: Client
) -> None:
    override(CustomerViewSet, get_queryset=filter_by_itself)
    row = add_customer(FOREIGN)
    client.force_login(admin)
    assert client.get(f"/admin/shop/customer/{row.pk}/change/").status_code == 200


def test_a_filter_of_the_caller_refuses_what_it_would_hide(
    override: Override,
    policy: Any,
) -> None:
    policy(write_policy(ALL))
    override(CustomerViewSet, get_queryset=filter_by_itself)
    ada = call_as(make_user(MINE, "user"))
    mine = add_customer(MINE)
    before = read_stored()
    assert_problem(ada.post("/api/customers", {"phone": FOREIGN}), 403)
    assert_problem(ada.patch(f"/api/customers/{mine.pk}", {"phone": FOREIGN}), 403)
    assert read_stored() == before


def test_a_fixed_queryset_lets_a_write_hide_a_row(override: Override, policy: Any) -> None:
    policy(write_policy(ALL))
    override(CustomerViewSet, queryset=Customer.objects.exclude(phone="deleted"))
    ada = call_as(make_user(MINE, "user"))
    path = f"/api/customers/{add_customer(MINE).pk}"
    assert ada.patch(path, {"phone": "deleted"}).json()["phone"] == "deleted"
    assert_problem(ada.get(path), 404)


def find_by_id(viewset: Any) -> Customer:
    row = Customer.objects.filter(pk=viewset.kwargs["id"]).first()
    if row is None or row.phone != viewset.request.user.username:
        raise NotFound
    return row


def test_get_object_finds_every_single_row(override: Override, policy: Any) -> None:
    policy(write_policy(ALL))
    override(CustomerViewSet, get_object=find_by_id)
    ada = call_as(make_user(MINE, "user"))
    mine, foreign = add_customer(MINE), add_customer(FOREIGN)
    before = read_stored()
    path, order = f"/api/customers/{foreign.pk}", [{"id": str(Order.objects.first().pk)}]  # type: ignore[union-attr]
    answers = [
        ada.get(path),
        ada.patch(path, {"phone": "x"}),
        ada.delete(path),
        ada.post(f"{path}/orders", order),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert_problem(ada.post("/api/orders", {"customer": {"id": str(foreign.pk)}}), 400)
    assert_problem(
        ada.post(f"/api/addresses/{mine.address_id}/customers", [{"id": str(foreign.pk)}]), 404
    )
    query = "query ($id: String!) { customer(where: {id: $id}) { id } }"
    assert ask_data(ada, query, id=str(foreign.pk)) == {"customer": None}
    update = (
        'mutation ($id: String!) { updateCustomer(where: {id: $id}, data: {phone: "x"}) { id } }'
    )
    assert ask_error(ada, update, id=str(foreign.pk))["extensions"]["code"] == "NOT_FOUND"
    assert read_stored() == before
    assert ask_data(ada, query, id=str(mine.pk)) == {"customer": {"id": str(mine.pk)}}
    assert ada.delete(f"/api/customers/{mine.pk}").status_code == 200


class Untouchable(BasePermission):
    def has_object_permission(self, request: Request, view: Any, obj: Any) -> bool:
        return bool(obj.phone == request.user.username)


def test_a_permission_on_single_rows_is_asked_on_every_road(
    override: Override, policy: Any
) -> None:
    policy(write_policy(ALL))
    override(CustomerViewSet, permission_classes=[PolicyPermission, Untouchable])
    ada = call_as(make_user(MINE, "user"))
    mine, foreign = add_customer(MINE), add_customer(FOREIGN)
    before = read_stored()
    path = f"/api/customers/{foreign.pk}"
    assert [ada.get(path).status_code, ada.patch(path, {"phone": "x"}).status_code] == [403, 403]
    linked = [{"id": str(foreign.pk)}]
    assert_problem(ada.post(f"/api/addresses/{mine.address_id}/customers", linked), 403)
    assert_problem(ada.patch(f"/api/addresses/{foreign.address_id}/customers", []), 403)
    assert_problem(ada.post("/api/orders", {"customer": linked[0]}), 400)
    assert read_stored() == before
    assert (
        ada.post(
            f"/api/addresses/{foreign.address_id}/customers", [{"id": str(mine.pk)}]
        ).status_code
        == 201
    )
