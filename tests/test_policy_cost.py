"""What a decision costs: a look-up. Only what limits rows shows in the database."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tests.policies import ALL, call_as, make_user, write_policy
from tests.shop.models import Address, Customer, Order

pytestmark = pytest.mark.django_db
Write = Callable[[str], Any]
OWN = "\n".join(
    f'{action} = ["admin", "own"]' for action in ("view", "search", "create", "update", "delete")
)
NARROWED = (
    ALL
    + '\nfields.view.phone = ["admin"]\nfields.search.firstName = ["user"]\nfields.update.email = ["admin"]'
)


@pytest.fixture
def ada() -> Any:
    return make_user("ada", "user")


@pytest.fixture
def customer(ada: Any) -> Customer:
    row = Customer.objects.create(owner=ada, address=Address.objects.create())
    Order.objects.bulk_create([Order(customer=row) for _ in range(10)])
    return row


def count_queries(client: APIClient, method: str, path: str, body: Any = None) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert getattr(client, method)(path, body).status_code < 300
    return sum("SAVEPOINT" not in query["sql"] for query in queries)


def count_all(client: APIClient, customer: Customer) -> list[int]:
    address = f"/api/customers/{customer.pk}"
    return [
        count_queries(client, "get", address),
        count_queries(client, "get", "/api/customers"),
        count_queries(client, "get", f"{address}/orders"),
        count_queries(client, "post", "/api/customers", {"phone": "1"}),
        count_queries(client, "patch", address, {"phone": "1"}),
        count_queries(client, "delete", address),
    ]


def test_roles_and_fields_cost_no_query(policy: Write, ada: Any, customer: Customer) -> None:
    policy(
        write_policy(
            "\n".join(
                f'{action} = "public"'
                for action in ("view", "search", "create", "update", "delete")
            )
        )
    )
    anonymous = count_all(APIClient(), customer)
    policy(write_policy(ALL, Customer=NARROWED))
    known = count_all(call_as(ada), Customer.objects.create(owner=ada))
    # The caller's roles, once a request.
    assert [after - before for before, after in zip(anonymous, known, strict=True)] == [1] * 6


def test_own_rows_cost_no_query_to_read(policy: Write, ada: Any, customer: Customer) -> None:
    policy(write_policy(ALL))
    whole = [
        count_queries(call_as(ada), "get", f"/api/customers{path}")
        for path in ("", f"/{customer.pk}")
    ]
    policy(write_policy(OWN, Address=ALL, Product=ALL))
    own = [
        count_queries(call_as(ada), "get", f"/api/customers{path}")
        for path in ("", f"/{customer.pk}")
    ]
    assert own == whole


@pytest.mark.parametrize("rows", [10, 200])
def test_links_to_rows_of_others_cost_no_query_however_many(
    policy: Write, ada: Any, rows: int
) -> None:
    policy(write_policy(ALL, Customer=OWN))
    customers = Customer.objects.bulk_create([Customer(owner=ada) for _ in range(rows)])
    Order.objects.bulk_create([Order(customer=row) for row in customers])
    assert count_queries(call_as(ada), "get", "/api/orders") == 2
