"""`updatedAt` moves with every change of a row's links, by whatever road, and with no change that
is none.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tests.graph import ask_data
from tests.lab import Room, Tag
from tests.policies import make_user
from tests.shop.models import Address, Customer, Order, Product

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
Rows = dict[str, Any]


@pytest.fixture
def rows(db: None) -> Rows:
    """`linked` is linked to `parent`, `free` to nothing, `taken` to `other`."""
    parent, other = Customer.objects.create(), Customer.objects.create()
    orders = {"linked": parent, "free": None, "taken": other}
    return {"parent": parent, "other": other} | {
        name: Order.objects.create(customer=customer) for name, customer in orders.items()
    }


def find_touched(rows: Rows, change: Callable[[], Any]) -> set[str]:
    """Return the names of those rows whose `updated_at` a change moves.

    All that moved have one and the same.
    """
    for row in rows.values():
        type(row)._base_manager.filter(pk=row.pk).update(updated_at=LONG_AGO)
    response = change()
    assert getattr(response, "status_code", 200) < 300, response.content
    found = {name: type(row)._base_manager.filter(pk=row.pk).first() for name, row in rows.items()}
    return {name for name, row in found.items() if row and row.updated_at != LONG_AGO}


def link(*rows: Model) -> list[dict[str, str]]:
    return [{"id": str(row.pk)} for row in rows]


# verb, method of the route, the rows named, the rows whose link is another one afterwards
CHANGES = [
    ("connect", "post", ("free",), {"parent", "free"}),
    ("connect", "post", ("taken",), {"parent", "taken"}),
    ("connect", "post", ("linked", "free"), {"parent", "free"}),
    ("connect", "post", ("linked",), set()),
    ("connect", "post", (), set()),
    ("disconnect", "delete", ("linked",), {"parent", "linked"}),
    ("disconnect", "delete", ("free", "taken"), set()),
    ("set", "patch", ("linked",), set()),
    ("set", "patch", ("free",), {"parent", "linked", "free"}),
    ("set", "patch", (), {"parent", "linked"}),
]
UPDATE = (
    "mutation ($id: String!, $data: CustomerUpdateInput!) { updateCustomer(where: {id: $id}, "
    "data: $data) { id } }"
)


@pytest.mark.parametrize(("verb", "method", "names", "touched"), CHANGES)
@pytest.mark.parametrize("road", ["route", "body", "graphql"])
def test_a_change_of_a_link_to_many_touches_the_rows_whose_links_change(
    rest: APIClient,
    rows: Rows,
    road: str,
    verb: str,
    method: str,
    names: tuple[str, ...],
    touched: set[str],
) -> None:
    named, parent = link(*(rows[name] for name in names)), rows["parent"].pk
    change: dict[str, Callable[[], Any]] = {
        "route": lambda: getattr(rest, method)(f"/api/customers/{parent}/orders", named),
        "body": lambda: rest.patch(f"/api/customers/{parent}", {"orders": {verb: named}}),
        "graphql": lambda: ask_data(rest, UPDATE, id=str(parent), data={"orders": {verb: named}}),
    }
    assert find_touched(rows, change[road]) == touched


def test_all_rows_at_the_other_end_have_one_time(rest: APIClient, rows: Rows) -> None:
    rest.post(f"/api/customers/{rows['parent'].pk}/orders", link(rows["free"], rows["taken"]))
    moved = {Order.objects.get(pk=rows[name].pk).updated_at for name in ("free", "taken")}
    assert len(moved) == 1
    assert moved != {LONG_AGO}


def test_a_new_parent_touches_what_it_connects(rest: APIClient, rows: Rows) -> None:
    body = {"orders": {"connect": link(rows["free"], rows["taken"])}}
    assert find_touched(rows, lambda: rest.post("/api/customers", body)) == {"free", "taken"}


def test_a_link_to_one_touches_its_own_row_alone(rest: APIClient, rows: Rows) -> None:
    address = f"/api/orders/{rows['linked'].pk}"
    assert find_touched(
        rows, lambda: rest.patch(address, {"customer": link(rows["other"])[0]})
    ) == {"linked"}
    assert find_touched(rows, lambda: rest.patch(address, {"customer": None})) == {"linked"}
    assert (
        find_touched(rows, lambda: rest.post("/api/orders", {"customer": link(rows["parent"])[0]}))
        == set()
    )


@pytest.fixture
def pages(admin: Any) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def test_deleting_the_parent_touches_the_rows_that_it_frees(
    rest: APIClient, pages: Client, rows: Rows
) -> None:
    parents = [Customer.objects.create() for _ in range(4)]
    orders = {
        str(number): Order.objects.create(customer=parent) for number, parent in enumerate(parents)
    }
    deletion = "mutation ($id: String!) { deleteCustomer(where: {id: $id}) { id } }"
    confirmed = {
        "action": "delete_selected",
        "_selected_action": [str(parents[2].pk)],
        "post": "yes",
    }
    roads: list[Callable[[], Any]] = [
        lambda: rest.delete(f"/api/customers/{parents[0].pk}"),
        lambda: ask_data(rest, deletion, id=str(parents[1].pk)),
        lambda: pages.post("/admin/shop/customer/", confirmed, follow=True),
        lambda: pages.post(
            f"/admin/shop/customer/{parents[3].pk}/delete/", {"post": "yes"}, follow=True
        ),
    ]
    for number, road in enumerate(roads):
        assert find_touched(rows | orders, road) == {str(number)}
        assert Order.objects.get(pk=orders[str(number)].pk).customer is None


def test_each_parent_of_a_row_counts(rest: APIClient) -> None:
    product, address = Product.objects.create(), Address.objects.create()
    rows = {
        "order": Order.objects.create(product=product),
        "customer": Customer.objects.create(address=address),
    }
    assert find_touched(rows, lambda: rest.delete(f"/api/products/{product.pk}")) == {"order"}
    assert find_touched(rows, lambda: rest.delete(f"/api/addresses/{address.pk}")) == {"customer"}


def test_who_synchronises_by_the_time_of_change_finds_it(rest: APIClient, rows: Rows) -> None:
    Order.objects.update(updated_at=LONG_AGO)
    rest.post(f"/api/customers/{rows['parent'].pk}/orders", link(rows["free"]))
    query = urlencode({"where[updatedAt][gt]": "2026-01-01T00:00:00.000Z"})
    assert [row["id"] for row in rest.get(f"/api/orders?{query}").json()] == [str(rows["free"].pk)]


def test_roles_are_links_too(rest: APIClient) -> None:
    rows = {"ada": make_user("ada", "user")}
    address = f"/api/users/{rows['ada'].pk}"
    assert find_touched(rows, lambda: rest.patch(address, {"roles": ["user"]})) == set()
    assert find_touched(rows, lambda: rest.patch(address, {"roles": ["admin", "user"]})) == {"ada"}
    assert find_touched(rows, lambda: rest.patch(address, {"roles": []})) == {"ada"}


# Of a link between many and many, each end is a row whose links change.
PAIRS = [
    ("post", ("two",), {"room", "two"}),
    ("post", ("one",), set()),
    ("patch", ("two",), {"room", "one", "two"}),
    ("patch", ("one",), set()),
    ("delete", ("one", "two"), {"room", "one"}),
    ("delete", ("two",), set()),
]


@pytest.fixture
def paired(lab: APIClient) -> Rows:
    rows = {"room": Room.objects.create(), "one": Tag.objects.create(), "two": Tag.objects.create()}
    rows["room"].tags.add(rows["one"])
    return rows


@pytest.mark.parametrize(("method", "names", "touched"), PAIRS)
def test_a_link_between_many_and_many_touches_both_ends(
    lab: APIClient, paired: Rows, method: str, names: tuple[str, ...], touched: set[str]
) -> None:
    address, named = f"/api/rooms/{paired['room'].pk}/tags", link(*(paired[name] for name in names))
    assert find_touched(paired, lambda: getattr(lab, method)(address, named)) == touched


def test_it_does_so_from_the_other_side(lab: APIClient, paired: Rows) -> None:
    address = f"/api/tags/{paired['two'].pk}/rooms"
    assert find_touched(paired, lambda: lab.post(address, link(paired["room"]))) == {"room", "two"}


def count_statements(change: Callable[[], Any]) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        assert change().status_code < 300
    words = [query["sql"].split()[0] for query in queries]
    return [word for word in words if word not in ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")]


def test_it_costs_one_statement_more(rest: APIClient, rows: Rows) -> None:
    address = f"/api/customers/{rows['parent'].pk}/orders"
    many = [Order.objects.create() for _ in range(20)]
    # Where rows can be locked: both ends. Then the caller's roles, the parent, the rows; the links
    # with their times, and the parent's time.
    reads = ["SELECT"] * (5 if connection.features.has_select_for_update else 3)
    for named in (many[:1], many):
        connected = count_statements(lambda named=named: rest.post(address, link(*named)))  # type: ignore[misc]
        assert connected == [*reads, "UPDATE", "UPDATE"]
    assert count_statements(lambda: rest.post(address, link(*many))) == [*reads, "UPDATE"]
