"""Readings that are kept: a kept reading must never answer a caller with other rights wrongly."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db.models import Q, QuerySet
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.test import APIClient, APIRequestFactory, force_authenticate

from accounts.models import User
from entity_api import access
from entity_api.description.registry import describe_entity, find_entity
from entity_api.permission import EntityPermission
from entity_api.reading.reading import prepare_reading
from entity_api.reading.selections import LONGEST_QUERY, Page
from entity_api.writing.decision import prepare_writing
from tests.overriding import Override, forget
from tests.policies import ALL, call_as, make_user, write_policy
from tests.shop.models import Customer, Order
from tests.shop.viewsets import CustomerViewSet

pytestmark = pytest.mark.django_db
Write = Callable[[str], Any]
OWN = 'view = "own"\nsearch = ["admin", "own"]'


@pytest.fixture(autouse=True)
def no_readings() -> Iterator[None]:
    forget()
    yield
    forget()


def list_ids(user: Any, query: str = "") -> list[str]:
    return [row["id"] for row in call_as(user).get(f"/api/customers?{query}").json()]


def test_callers_with_the_same_roles_share_a_reading(policy: Write) -> None:
    policy(write_policy(ALL))
    row = Customer.objects.create()
    assert list_ids(make_user("ada", "user")) == list_ids(make_user("eve", "user")) == [str(row.pk)]
    assert len(access._kept) == 1


def test_callers_of_own_rows_share_a_reading_and_see_their_own(policy: Write) -> None:
    policy(write_policy(ALL, Customer=OWN))
    users = [make_user(name, "user") for name in ("ada", "eve")]
    rows = [Customer.objects.create(owner=user) for user in users]
    assert [list_ids(user) for user in users] == [[str(row.pk)] for row in rows]
    assert len(access._kept) == 1
    seen = [
        [call_as(user).get(f"/api/customers/{row.pk}").status_code for row in rows]
        for user in users
    ]
    assert seen == [[200, 404], [404, 200]]


def test_other_roles_and_another_policy_make_another_reading(policy: Write) -> None:
    Customer.objects.create(phone="1")
    admin, user = make_user("root", "admin"), make_user("ada", "user")
    policy(write_policy(ALL, Customer=f'{ALL}\nfields.view.phone = ["admin"]'))
    shown = [call_as(caller).get("/api/customers").json()[0] for caller in (admin, user)]
    assert ["phone" in row for row in shown] == [True, False]
    policy(write_policy(ALL))
    assert "phone" in call_as(user).get("/api/customers").json()[0]


def test_a_link_to_what_may_not_be_seen_stays_null(policy: Write) -> None:
    ada, eve = make_user("ada", "user"), make_user("eve", "user")
    policy(write_policy(ALL, Customer=OWN))
    mine, foreign = (Customer.objects.create(owner=owner) for owner in (ada, eve))
    for customer in (mine, foreign):
        Order.objects.create(customer=customer)
    for _ in range(2):  # made, then kept
        shown = [row["customer"] for row in call_as(ada).get("/api/orders").json()]
        assert shown == [{"id": str(mine.pk)}, None]


class TenantViewSet(CustomerViewSet):
    """Rows that no access key knows of."""

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().filter(phone=self.request.headers["X-Tenant"])


class TenantPermission(EntityPermission):
    def visible_rows(self, request: Request, view: Any, action: str) -> Q:
        return Q(phone=request.headers["X-Tenant"])


class TenantPermissionViewSet(CustomerViewSet):
    permission_classes = (AllowAny, TenantPermission)


@pytest.mark.parametrize("viewset", [TenantViewSet, TenantPermissionViewSet])
def test_rows_that_depend_on_the_request_are_read_for_each_request(
    viewset: type[CustomerViewSet], policy: Write
) -> None:
    policy(write_policy(ALL))
    Customer.objects.bulk_create(Customer(phone=phone) for phone in ("1", "2"))
    ada = make_user("ada", "user")
    shown = []
    for tenant in ("1", "2"):
        request = APIRequestFactory().get("/", headers={"X-Tenant": tenant})
        force_authenticate(request, ada)
        response = viewset.as_view({"get": "list"})(request)
        shown.append([row["phone"] for row in json.loads(response.content)])
    assert shown == [["1"], ["2"]]


def test_wrong_arguments_are_refused_each_time(policy: Write) -> None:
    policy(write_policy(ALL))
    ada = make_user("ada", "user")
    answers = [call_as(ada).get("/api/customers?take=x") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert not access._kept


def test_the_memory_of_readings_is_bounded(policy: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    policy(write_policy(ALL))
    monkeypatch.setattr(access, "ENTRY_SIZE", 2**20)
    ada = make_user("ada", "user")
    for take in range(20):
        assert call_as(ada).get(f"/api/customers?take={take}").status_code == 200
    assert len(access._kept) == 11
    assert call_as(ada).get(f"/api/customers?where[phone]={'x' * LONGEST_QUERY}").json() == []
    assert len(access._kept) == 11


def test_strangers_drop_no_readings_of_users(
    policy: Write, api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy(write_policy('view = "public"\nsearch = "public"'))
    monkeypatch.setattr(access, "ENTRY_SIZE", 2**17)
    assert call_as(make_user("ada", "user")).get("/api/customers?take=7").status_code == 200
    for take in range(40):
        assert api.get(f"/api/customers?take={take}").status_code == 200
    assert len(access._kept) == 1
    assert 0 < len(access._public) < 16


def open_view(user: Any, action: str) -> CustomerViewSet:
    request = Request(APIRequestFactory().get("/"))
    request.user = user
    return CustomerViewSet.open(request, action)


def save_itself(viewset: Any, serializer: Any) -> None:
    serializer.save()


def test_a_reading_and_a_writing_say_why_they_are_done_so(
    policy: Write, override: Override
) -> None:
    policy(write_policy(ALL))
    ada, page = make_user("ada", "user"), Page("", dict)
    view = open_view(ada, "list")
    assert prepare_reading(view, page).why == "columns"
    assert prepare_writing(view, {"phone": "1"}, "create").why == "one statement"
    override(CustomerViewSet, perform_create=save_itself, get_serializer_class=choose_serializer)
    view = open_view(ada, "list")
    assert prepare_reading(view, page).why == "instances: CustomerViewSet.get_serializer_class"
    writing = prepare_writing(view, {"phone": "1"}, "create")
    assert writing.why == "transaction: CustomerViewSet.get_serializer_class"


def test_a_field_that_other_rows_store_is_no_column_of_a_statement(policy: Write) -> None:
    policy(write_policy(ALL))
    assert list(describe_entity(CustomerViewSet).stored_elsewhere) == ["orders"]
    assert list(find_entity(User).stored_elsewhere) == ["roles"]
    view = open_view(make_user("ada", "user"), "list")
    writing = prepare_writing(view, {"orders": {"connect": []}}, "create")
    assert writing.why == "transaction: the input changes what other rows store"


def choose_serializer(viewset: Any) -> Any:
    return viewset.serializer_class
