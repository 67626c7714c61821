"""The hooks of a viewset that write, and the one that chooses a serializer, on REST and GraphQL."""

from typing import Any

import pytest
from rest_framework.exceptions import PermissionDenied
from rest_framework.serializers import ModelSerializer
from rest_framework.test import APIClient

from entity_api.description.serializer import EntitySerializer
from tests.graph import ask, ask_data, ask_error
from tests.overriding import Override
from tests.policies import ALL, call_as, make_user, write_policy
from tests.rest import assert_problem, find_pointers, read_stored
from tests.shop.models import Customer, Order
from tests.shop.serializers import CustomerSerializer
from tests.shop.viewsets import CustomerViewSet

pytestmark = pytest.mark.django_db
CREATE = 'mutation { createCustomer(data: {firstName: "Ada"}) { firstName phone } }'
UPDATE = 'mutation ($id: String!) { updateCustomer(where: {id: $id}, data: {firstName: "Ada"}) { firstName phone } }'
DELETE = "mutation ($id: String!) { deleteCustomer(where: {id: $id}) { phone } }"


@pytest.fixture
def ada(policy: Any) -> APIClient:
    policy(write_policy(ALL))
    return call_as(make_user("ada", "user"))


def save_with_phone(viewset: Any, serializer: Any) -> None:
    serializer.save(phone=viewset.request.user.username)


def test_perform_create_saves_every_new_row(ada: APIClient, override: Override) -> None:
    override(CustomerViewSet, perform_create=save_with_phone)
    assert ada.post("/api/customers", {"firstName": "Ada"}).json()["phone"] == "ada"
    assert ask_data(ada, CREATE) == {"createCustomer": {"firstName": "Ada", "phone": "ada"}}
    assert [row.owner.username for row in Customer.objects.all()] == ["ada", "ada"]  # type: ignore[union-attr]


def test_perform_update_saves_every_change(ada: APIClient, override: Override) -> None:
    override(CustomerViewSet, perform_update=save_with_phone)
    rows = [Customer.objects.create(), Customer.objects.create()]
    assert ada.patch(f"/api/customers/{rows[0].pk}", {"firstName": "Ada"}).json()["phone"] == "ada"
    assert ask_data(ada, UPDATE, id=str(rows[1].pk)) == {
        "updateCustomer": {"firstName": "Ada", "phone": "ada"}
    }


def delete_softly(viewset: Any, instance: Customer) -> None:
    Customer.objects.filter(pk=instance.pk).update(phone="deleted")


def test_perform_destroy_deletes_every_row(ada: APIClient, override: Override) -> None:
    override(
        CustomerViewSet,
        perform_destroy=delete_softly,
        queryset=Customer.objects.exclude(phone="deleted"),
    )
    rows = [Customer.objects.create(phone="1"), Customer.objects.create(phone="1")]
    assert ada.delete(f"/api/customers/{rows[0].pk}").json()["phone"] == "1"
    assert ask_data(ada, DELETE, id=str(rows[1].pk)) == {"deleteCustomer": {"phone": "1"}}
    assert set(Customer.objects.values_list("phone", flat=True)) == {"deleted"}
    assert ada.get("/api/customers").json() == []


def save_and_refuse(_: Any, serializer: Any) -> None:
    serializer.save()
    raise PermissionDenied


def delete_and_refuse(_: Any, instance: Customer) -> None:
    instance.delete()
    raise PermissionDenied


def test_a_refusal_of_a_hook_undoes_the_write(ada: APIClient, override: Override) -> None:
    refusing = {"perform_create": save_and_refuse, "perform_update": save_and_refuse}
    override(CustomerViewSet, **refusing, perform_destroy=delete_and_refuse)
    row = Customer.objects.create()
    before = read_stored()
    path = f"/api/customers/{row.pk}"
    for answer in (
        ada.post("/api/customers", {}),
        ada.patch(path, {"phone": "x"}),
        ada.delete(path),
    ):
        assert_problem(answer, 403)
    for query in (CREATE, UPDATE, DELETE):
        variables = {} if query is CREATE else {"id": str(row.pk)}
        assert ask_error(ada, query, **variables)["extensions"]["code"] == "FORBIDDEN"
    assert read_stored() == before


class ShortSerializer(EntitySerializer):
    class Meta:
        model = Customer
        fields = ("first_name", "orders")


def choose_short(viewset: Any) -> type[EntitySerializer]:
    return CustomerSerializer if viewset.action in ("create", "partial_update") else ShortSerializer


def test_get_serializer_class_says_what_is_shown(ada: APIClient, override: Override) -> None:
    override(CustomerViewSet, get_serializer_class=choose_short)
    shown = {"id", "createdAt", "updatedAt", "firstName"}
    created = ada.post("/api/customers", {"firstName": "Ada", "phone": "1"}).json()
    assert Customer.objects.get().phone == "1"
    assert created.keys() == shown
    assert ada.get(f"/api/customers/{created['id']}").json() == created
    assert ada.get("/api/customers").json() == [created]
    assert ask_data(ada, "{ customers { firstName phone address { id } } }")["customers"] == [
        {"firstName": "Ada", "phone": None, "address": None}
    ]
    Order.objects.create(customer_id=created["id"])
    nested = ask_data(ada, "{ orders { customer { firstName phone } } }")
    assert nested == {"orders": [{"customer": {"firstName": "Ada", "phone": None}}]}


@pytest.mark.parametrize("query", ["where[phone]=1", "orderBy[phone]=asc", "where[address][id]=x"])
def test_what_is_not_shown_is_not_searched(ada: APIClient, override: Override, query: str) -> None:
    override(CustomerViewSet, get_serializer_class=choose_short)
    assert_problem(ada.get(f"/api/customers?{query}"), 400)


def choose_short_to_write(viewset: Any) -> type[EntitySerializer]:
    return ShortSerializer if viewset.action in ("create", "partial_update") else CustomerSerializer


def test_get_serializer_class_says_what_is_written(ada: APIClient, override: Override) -> None:
    override(CustomerViewSet, get_serializer_class=choose_short_to_write)
    row = Customer.objects.create(phone="1")
    before = read_stored()
    assert find_pointers(ada.post("/api/customers", {"phone": "2"})) == ["#/phone"]
    assert find_pointers(ada.patch(f"/api/customers/{row.pk}", {"phone": "2"})) == ["#/phone"]
    query = 'mutation { createCustomer(data: {phone: "2"}) { id } }'
    assert ask_error(ada, query)["extensions"]["code"] == "BAD_USER_INPUT"
    assert read_stored() == before
    assert ada.patch(f"/api/customers/{row.pk}", {"firstName": "x"}).json()["phone"] == "1"


class PlainSerializer(ModelSerializer[Customer]):
    class Meta:
        model = Customer
        fields = ("first_name", "owner")


def test_a_serializer_that_the_permissions_do_not_know_writes_nothing(
    ada: APIClient, override: Override
) -> None:
    override(CustomerViewSet, get_serializer_class=lambda _: PlainSerializer)
    ada.raise_request_exception = False
    before = read_stored()
    assert_problem(ada.post("/api/customers", {"first_name": "x"}), 500)
    assert "errors" in ask(ada, CREATE)
    assert read_stored() == before


def test_a_context_without_ours_still_links(ada: APIClient, override: Override) -> None:
    override(CustomerViewSet, get_serializer_context=lambda viewset: {"request": viewset.request})
    order = Order.objects.create()
    assert (
        ada.post("/api/customers", {"orders": {"connect": [{"id": str(order.pk)}]}}).status_code
        == 201
    )
