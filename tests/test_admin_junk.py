"""Values that no form sends are answered as errors of the form, never as a fault of the service."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.shop.models import Customer, Order

JUNK = ("junk", "0", "-1", "null", "\x00", "x" * 5000, "🔑")


@pytest.fixture
def staff(admin: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(admin)
    return client


@pytest.mark.parametrize("junk", JUNK)
@pytest.mark.parametrize(
    ("path", "field"),
    [("shop/customer", "address"), ("shop/order", "customer"), ("accounts/user", "groups")],
)
def test_a_link_to_junk_is_an_error_of_the_form(
    staff: Client, path: str, field: str, junk: str
) -> None:
    response = staff.post(f"/admin/{path}/add/", {field: junk, "username": "grace"})
    assert response.status_code == 200
    assert not Customer.objects.exists()
    assert not Order.objects.exists()


@pytest.mark.parametrize("junk", JUNK)
@pytest.mark.parametrize("path", ["shop/customer", "shop/order", "accounts/user"])
def test_an_action_on_junk_changes_nothing(staff: Client, admin: Any, path: str, junk: str) -> None:
    Customer.objects.create()
    chosen = {"action": "delete_selected", "_selected_action": junk, "post": "yes"}
    assert staff.post(f"/admin/{path}/", chosen).status_code == 400
    assert Customer.objects.count() == 1


@pytest.mark.parametrize("junk", ["junk", "0", "%00", "x" * 500])
@pytest.mark.parametrize("page", ["change", "delete", "history"])
def test_a_page_of_junk_is_not_there(staff: Client, page: str, junk: str) -> None:
    response = staff.get(f"/admin/shop/customer/{junk}/{page}/", follow=True)
    assert response.status_code in (200, 404)


@pytest.mark.parametrize("query", ["nothing=1", "id=junk", "email=%00", "email__regex=("])
def test_an_export_of_filters_that_do_not_fit_is_refused(staff: Client, query: str) -> None:
    address = f"/admin/shop/customer/export/?{query}"
    assert staff.get(address).status_code == 400
    assert staff.post(address, {"format": "0", "resource": ""}).status_code == 400
