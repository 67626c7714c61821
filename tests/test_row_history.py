"""A viewset with `keeps_history` notes each write of the API in the history that the admin shows."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from rest_framework.test import APIClient

from entity_api import checks
from entity_api.writing.decision import explain_transaction
from tests.graph import ask, ask_data
from tests.overriding import Override
from tests.shop.models import Customer, Order
from tests.shop.viewsets import CustomerViewSet

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes")]
CREATE = 'mutation { createCustomer(data: {firstName: "Eve"}) { id } }'
UPDATE = 'mutation { updateCustomer(where: {id: "%s"}, data: {phone: "5"}) { id } }'


@pytest.fixture(autouse=True)
def keeps(override: Override) -> None:
    override(CustomerViewSet, keeps_history=True)


def read_history() -> list[tuple[str, Any, str, str]]:
    entries = LogEntry.objects.order_by("pk").select_related("user")
    return [
        (each.user.get_username(), each.object_id, each.get_change_message(), each.object_repr)
        for each in entries
    ]


def test_each_write_of_rest_is_noted_with_its_user(as_admin: APIClient) -> None:
    made = as_admin.post("/api/customers", {"firstName": "Ada"}).json()["id"]
    path = f"/api/customers/{made}"
    as_admin.patch(path, {"phone": "5", "firstName": "Augusta"})
    as_admin.delete(path)
    assert [entry[:3] for entry in read_history()] == [
        ("admin", made, "Added."),
        ("admin", made, "Changed firstName and phone."),
        ("admin", made, ""),
    ]


def test_graphql_and_many_rows_are_noted_alike(as_admin: APIClient) -> None:
    made = ask_data(as_admin, CREATE)["createCustomer"]["id"]
    ask_data(as_admin, UPDATE % made)
    rows = as_admin.post("/api/customers/bulk", [{"firstName": "A"}, {"firstName": "B"}]).json()
    as_admin.patch("/api/customers/bulk", [{"id": row["id"], "phone": "1"} for row in rows])
    as_admin.delete("/api/customers/bulk", [{"id": row["id"]} for row in rows])
    many = [row["id"] for row in rows]
    assert [(key, text) for _, key, text, _ in read_history()] == [
        (made, "Added."),
        (made, "Changed phone."),
        *((key, "Added.") for key in many),
        *((key, "Changed phone.") for key in many),
        *((key, "") for key in many),
    ]


def test_a_change_of_links_is_noted_for_the_parent(as_admin: APIClient) -> None:
    customer, order = Customer.objects.create(), Order.objects.create()
    as_admin.post(f"/api/customers/{customer.pk}/orders", [{"id": str(order.pk)}])
    assert [entry[1:3] for entry in read_history()] == [(str(customer.pk), "Changed orders.")]


def test_a_refused_write_and_a_read_leave_nothing(as_admin: APIClient) -> None:
    customer = Customer.objects.create(first_name="Ada")
    path = f"/api/customers/{customer.pk}"
    assert as_admin.patch(path, {"firstName": 5}).status_code == 400
    assert as_admin.patch(path, {"phone": "1"}, headers={"If-Match": '"x"'}).status_code == 412
    assert "errors" in ask(as_admin, UPDATE % "00000000-0000-0000-0000-000000000000")
    assert as_admin.get(path).status_code == 200
    assert read_history() == []


def test_the_admin_shows_it(admin: Any, as_admin: APIClient) -> None:
    made = as_admin.post("/api/customers", {"firstName": "Ada"}).json()["id"]
    admin.is_staff = admin.is_superuser = True
    admin.save()
    page = Client()
    page.force_login(admin, "auth_core.backend.PolicyBackend")
    text = page.get(f"/admin/shop/customer/{made}/history/").content.decode()
    assert "Added." in text
    assert "admin" in text


def test_it_is_off_by_default(as_admin: APIClient, override: Override) -> None:
    override(CustomerViewSet, keeps_history=False)
    as_admin.post("/api/customers", {"firstName": "Ada"})
    assert read_history() == []
    assert explain_transaction(CustomerViewSet) == ""


def test_a_write_that_is_noted_is_a_transaction() -> None:
    assert explain_transaction(CustomerViewSet) == "CustomerViewSet.keeps_history"


def test_a_history_without_the_admin_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "entity_api.E019" not in {fault.id for fault in checks.check_viewsets()}
    monkeypatch.setattr(checks, "ADMIN", "an.app.that.is.not.installed")
    found = [each for each in checks.check_viewsets() if each.id == "entity_api.E019"]
    assert "CustomerViewSet keeps a history" in found[0].msg
