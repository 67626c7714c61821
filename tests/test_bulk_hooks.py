"""Many rows at once pass the hooks of a viewset and the model's own `delete()`, as one row does."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.graph import ask_data
from tests.overriding import Override
from tests.policies import ALL, call_as, make_user, write_policy
from tests.shop.models import Customer
from tests.shop.viewsets import CustomerViewSet

pytestmark = pytest.mark.django_db
BULK = "/api/customers/bulk"
CREATE = "mutation ($rows: [CustomerCreateInput!]!) { createManyCustomers(data: $rows) { phone } }"
UPDATE = (
    "mutation ($rows: [CustomerUpdateManyInput!]!) { updateManyCustomers(data: $rows) { phone } }"
)
DELETE = (
    "mutation ($rows: [CustomerWhereUniqueInput!]!) { deleteManyCustomers(where: $rows) { id } }"
)
ADA = {"firstName": "Ada"}


@pytest.fixture
def ada(policy: Any) -> APIClient:
    policy(write_policy(ALL))
    return call_as(make_user("ada", "user"))


@pytest.fixture
def ids() -> list[dict[str, str]]:
    return [{"id": str(Customer.objects.create().pk)} for _ in range(4)]


def save_with_phone(viewset: Any, serializer: Any) -> None:
    serializer.save(phone=viewset.request.user.username)


def delete_softly(_: Any, instance: Customer) -> None:
    Customer.objects.filter(pk=instance.pk).update(phone="deleted")


def read_phones() -> list[str | None]:
    return list(Customer.objects.values_list("phone", flat=True))


def test_perform_create_saves_each_of_many_rows(ada: APIClient, override: Override) -> None:
    override(CustomerViewSet, perform_create=save_with_phone)
    assert [row["phone"] for row in ada.post(BULK, [ADA, ADA]).json()] == ["ada", "ada"]
    ask_data(ada, CREATE, rows=[ADA, ADA])
    assert read_phones() == ["ada"] * 4


def test_perform_update_saves_each_of_many_changes(
    ada: APIClient, override: Override, ids: list[dict[str, str]]
) -> None:
    override(CustomerViewSet, perform_update=save_with_phone)
    assert ada.patch(BULK, [{**each, **ADA} for each in ids[:2]]).status_code == 200
    ask_data(ada, UPDATE, rows=[{"where": each, "data": ADA} for each in ids[2:]])
    assert read_phones() == ["ada"] * 4


def test_perform_destroy_deletes_each_of_many_rows(
    ada: APIClient, override: Override, ids: list[dict[str, str]]
) -> None:
    override(CustomerViewSet, perform_destroy=delete_softly)
    assert ada.delete(BULK, ids[:2]).status_code == 200
    ask_data(ada, DELETE, rows=ids[2:])
    assert read_phones() == ["deleted"] * 4


def test_delete_of_the_model_deletes_each_of_many_rows(
    ada: APIClient, monkeypatch: pytest.MonkeyPatch, ids: list[dict[str, str]]
) -> None:
    monkeypatch.setattr(Customer, "delete", lambda row: delete_softly(None, row))
    assert ada.delete(BULK, ids[:2]).status_code == 200
    ask_data(ada, DELETE, rows=ids[2:])
    assert read_phones() == ["deleted"] * 4
