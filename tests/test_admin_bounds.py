"""Lists of the admin count a bounded number of rows; forms show a few of the rows that link to a row."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from api_http import admin_lists
from tests.policies import READ, make_user, write_policy
from tests.shop.models import Customer, Order

pytestmark = pytest.mark.django_db
Write = Callable[[str], Any]
CUSTOMERS = "/admin/shop/customer/"
END = "The pages end here."


@pytest.fixture
def root() -> Client:
    client = Client()
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin_lists, "MOST_COUNTED", 3)


def test_a_list_counts_no_more_rows_than_the_bound(root: Client, few: None) -> None:
    Customer.objects.bulk_create(Customer(first_name="x") for _ in range(5))
    for query in ("", "?q=x", "?address__isempty=1"):
        with CaptureQueriesContext(connection) as queries:
            page = root.get(CUSTOMERS + query)
        counts = [query["sql"] for query in queries if "COUNT(" in query["sql"]]
        assert len(counts) == 1
        assert "LIMIT 3" in counts[0]
        assert page.context["cl"].result_count == 3
        assert END in page.text
        assert "Show counts" not in page.text


def test_a_short_list_is_counted_as_ever(root: Client, few: None) -> None:
    Customer.objects.bulk_create(Customer() for _ in range(2))
    page = root.get(CUSTOMERS)
    assert page.context["cl"].result_count == 2
    assert END not in page.text


def test_an_action_takes_no_rows_that_were_not_counted(root: Client, few: None) -> None:
    rows = Customer.objects.bulk_create(Customer() for _ in range(5))
    chosen = {"action": "delete_selected", "select_across": "1", "post": "yes"}
    chosen |= {"_selected_action": str(rows[0].pk)}
    page = root.post(CUSTOMERS, chosen, follow=True)
    assert "An action takes fewer than 3 rows." in page.text
    assert Customer.objects.count() == 5
    Customer.objects.exclude(pk__in=[row.pk for row in rows[:2]]).delete()
    root.post(CUSTOMERS, chosen)
    assert Customer.objects.count() == 0


def read_children(client: Client, row: Customer) -> str:
    page = client.get(f"{CUSTOMERS}{row.pk}/change/")
    assert page.status_code == 200
    return str(page.text).partition("<h2>Orders</h2>")[2].partition("</section>")[0]


def test_a_form_shows_ten_of_the_rows_that_link_to_its_row(root: Client) -> None:
    row, other = Customer.objects.create(), Customer.objects.create()
    Order.objects.create(customer=other)
    assert "There is none." in read_children(root, row)
    Order.objects.bulk_create(Order(customer=row) for _ in range(10))
    assert "All of them" not in read_children(root, row)
    Order.objects.create(customer=row)
    shown = read_children(root, row)
    assert shown.count("<li>") == 10
    assert f"customer__id__exact={row.pk}" in shown
    assert f"/admin/shop/order/add/?customer={row.pk}" in shown


def test_the_policy_holds_for_these_rows(policy: Write) -> None:
    ada = make_user("ada", "user", is_staff=True)
    client = Client()
    client.force_login(ada)
    row = Customer.objects.create(owner=ada)
    order = Order.objects.create(customer=row)
    policy(write_policy(Customer=READ, Order=READ))
    shown = read_children(client, row)
    assert str(order.pk) in shown
    assert "addlink" not in shown
    for rules in ("", READ + '\nfields.view.customer = ["admin"]'):
        policy(write_policy(Customer=READ, Order=rules))
        assert read_children(client, row) == ""
