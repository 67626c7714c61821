"""Credentials that allow less than their user may do are held to it on every surface."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.test import override_settings
from rest_framework.generics import ListAPIView
from rest_framework.permissions import AllowAny, DjangoModelPermissions, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer
from rest_framework.test import APIClient, APIRequestFactory
from rest_framework.views import APIView

from auth_core import Authenticated, Limit, Principal
from auth_core.authentication import ProviderAuthentication
from auth_core.models import AuthEvent
from auth_core.permissions import PolicyPermission
from tests.dummy_provider.provider import ApiKeyProvider
from tests.graph import ask, ask_data, ask_error
from tests.policies import ALL, make_user, write_policy
from tests.rest import MISSING, assert_problem, read_stored
from tests.shop.models import Address, Customer, Order
from tests.test_openapi import OPERATIONS

pytestmark = pytest.mark.django_db
READ_ONLY = Limit(actions={"view", "search"})
WRITES = [(method, path) for method, path, each in OPERATIONS if method != "get"]
READS = [(method, path) for method, path, each in OPERATIONS if method == "get"]
# They take their credentials in the body.
OPEN = ("/api/login", "/api/token/refresh")
SDL = (Path(__file__).parent / "schemas" / "schema.graphql").read_text(encoding="utf-8")
MUTATIONS = re.findall(r"^  ((?:create|update|delete)\w+)\(", SDL, re.MULTILINE)
Call = Callable[..., APIClient]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Iterator[Call]:
    """Make a client whose key the dummy provider finds to be this."""

    def make(*found: Any) -> APIClient:
        monkeypatch.setattr(ApiKeyProvider, "authenticate", lambda *_: Authenticated(*found))
        return APIClient(headers={"Authorization": "ApiKey x"})

    with override_settings(INSTALLED_APPS=["tests.dummy_provider", *settings.INSTALLED_APPS]):
        yield make


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_key_that_reads_changes_nothing(admin: Any, call: Call, method: str, path: str) -> None:
    client, before = call(admin, "key", READ_ONLY), read_stored()
    response = getattr(client, method)(path.format(id=MISSING), {})
    if path not in OPEN:
        assert_problem(response, 403)
    assert read_stored() == before


@pytest.mark.parametrize(("method", "path"), READS)
def test_a_key_that_reads_may_read(admin: Any, call: Call, method: str, path: str) -> None:
    response = call(admin, "key", READ_ONLY).get(path.format(id=MISSING))
    assert response.status_code in (200, 204, 404)


def write_mutation(name: str) -> str:
    one, changes = f'{{id: "{MISSING}"}}', name.startswith("update")
    if "Many" in name:
        item = f"{{where: {one}, data: {{}}}}" if changes else "{}"
        return f"{name}(where: [{one}])" if name[0] == "d" else f"{name}(data: [{item}])"
    data = "" if name[0] == "d" else "data: {}"
    return f"{name}({data} {'' if name[0] == 'c' else f'where: {one}'})"


@pytest.mark.parametrize("name", [name for name in MUTATIONS if "User" not in name])
def test_no_mutation_is_for_a_key_that_reads(admin: Any, call: Call, name: str) -> None:
    error = ask_error(
        call(admin, "key", READ_ONLY), f"mutation {{ {write_mutation(name)} {{ id }} }}"
    )
    assert error["extensions"]["code"] == "FORBIDDEN"


def test_queries_of_graphql_are_reads(admin: Any, call: Call) -> None:
    Customer.objects.create(first_name="Ada")
    data = ask_data(
        call(admin, "key", READ_ONLY), "{ customers { firstName orders { id } } userInfo { id } }"
    )
    assert data["customers"] == [{"firstName": "Ada", "orders": []}]


def test_an_action_reaches_no_other(admin: Any, call: Call) -> None:
    row = Customer.objects.create(first_name="Ada")
    client = call(admin, "key", Limit(actions={"create"}))
    created = client.post("/api/customers", {"firstName": "Bob"})
    assert (created.status_code, list(created.json())) == (201, ["id"])
    for response in (
        client.get("/api/customers"),
        client.get(f"/api/customers/{row.pk}"),
        client.patch(f"/api/customers/{row.pk}", {"firstName": "Eve"}),
        client.delete(f"/api/customers/{row.pk}"),
        client.get("/api/me"),
    ):
        assert_problem(response, 403)


def test_a_list_needs_both_rights_to_read(admin: Any, call: Call) -> None:
    assert call(admin, "", Limit(actions={"search"})).get("/api/customers").status_code == 403
    assert call(admin, "", Limit(actions={"view"})).get("/api/customers").status_code == 403


def test_a_limit_holds_for_public_actions_too(
    admin: Any, call: Call, policy: Callable[[str], Path]
) -> None:
    policy(write_policy(ALL.replace('"all"', '"public"')))
    client = call(admin, "key", READ_ONLY)
    assert client.get("/api/customers").status_code == 200
    assert_problem(client.post("/api/customers", {}), 403)


def test_plans_are_not_shared_with_a_wider_caller(
    user: Any, call: Call, policy: Callable[[str], Path]
) -> None:
    policy(write_policy(ALL, Customer=f'{ALL}\nfields.view.email = ["user"]'))
    Customer.objects.create(first_name="Ada", email="ada@example.org")
    seen = []
    for limit in (None, Limit(roles=()), None, Limit(actions={"view"}), None):
        client = call(user, "key", limit)
        answer = client.get("/api/customers")
        seen.append("email" in answer.json()[0] if answer.status_code == 200 else None)
    assert seen == [True, False, True, None, True]


def test_what_a_write_shows_is_not_shared_with_a_wider_caller(user: Any, call: Call) -> None:
    shown = []
    for limit in (None, Limit(actions={"create"}), None):
        answer = call(user, "key", limit).post("/api/customers", {"firstName": "Ada"})
        shown.append("firstName" in answer.json())
    assert shown == [True, False, True]


def test_roles_are_narrowed_everywhere(call: Call) -> None:
    ada = make_user("ada", "admin", "user")
    client = call(ada, "key", Limit(roles={"user", "unknown"}))
    assert client.get("/api/me").json()["roles"] == ["user"]
    assert ask_data(client, "{ userInfo { roles } }")["userInfo"]["roles"] == ["user"]
    assert_problem(client.get("/api/users"), 403)
    assert call(ada, "key").get("/api/users").status_code == 200


def test_a_superuser_with_fewer_roles_has_no_more_rights_than_the_roles(call: Call) -> None:
    root = make_user("root", "admin", is_superuser=True)
    staff = make_user("staff", is_staff=True)
    address = f"/api/users/{staff.pk}"
    client = call(root, "key", Limit(roles={"admin"}))
    assert_problem(client.patch(address, {"firstName": "x"}), 404)
    assert call(root, "key").patch(address, {"firstName": "x"}).status_code == 200


def test_django_grants_a_limited_superuser_what_the_roles_have(call: Call) -> None:
    root = make_user("root", "user", is_superuser=True)
    others = Group.objects.create(name="others")
    others.permissions.add(Permission.objects.get(codename="add_group"))
    root.groups.add(others)
    given = "shop.view_address", "auth.add_group", "auth.view_group"
    asked = {}
    for name, limit in (("all", None), ("few", Limit(roles={"user"}))):
        request = Request(APIRequestFactory().get("/", headers={"Authorization": "ApiKey x"}))
        request.authenticators = [ProviderAuthentication()]
        call(root, "key", limit)
        asked[name] = [request.user.has_perm(permission) for permission in given]
        assert request.user.has_module_perms("auth") == (name == "all")
        # A view may save it.
        assert request.user.is_superuser
    assert asked == {"all": [True, True, True], "few": [True, False, False]}


class Plain(APIView):
    permission_classes: Any = (IsAuthenticated,)

    def get(self, request: Request) -> Response:
        return Response()

    post = get


class Open(Plain):
    permission_classes = (AllowAny,)


@pytest.mark.parametrize("view", [Plain, Open])
def test_a_view_without_a_rule_only_reads(admin: Any, call: Call, view: Any) -> None:
    call(admin, "key", READ_ONLY)
    make = APIRequestFactory(headers={"Authorization": "ApiKey x"})
    assert view.as_view()(make.get("/")).status_code == 200
    assert view.as_view()(make.post("/")).status_code == 403
    call(admin, "key", Limit(roles={"admin"}))
    assert view.as_view()(make.post("/")).status_code == 200


def test_a_wrong_limit_is_a_401(admin: Any, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    client = call(admin)
    monkeypatch.setattr(
        ApiKeyProvider,
        "authenticate",
        lambda *_: Authenticated(admin, "", {"actions": "view"}),  # type: ignore[arg-type]
    )
    assert_problem(client.get("/api/me"), 401)
    with pytest.raises(TypeError):
        Limit(actions="view")


def test_a_principal_owns_nothing_and_has_its_roles(call: Call) -> None:
    client = call(Principal("m-1", roles=["user"]), "key")
    assert client.get("/api/me").json() == {"id": "", "username": "m-1", "roles": ["user"]}
    assert client.get("/api/orders").json() == []
    assert client.post("/api/customers", {"firstName": "Ada"}).status_code == 201
    assert_problem(client.get("/api/users"), 403)


def test_a_machine_has_no_permissions_of_django(call: Call) -> None:
    class Governed(Plain):
        permission_classes = (DjangoModelPermissions,)
        queryset = Customer.objects.all()

    call(Principal("m-1", roles=["admin"]), "key")
    make = APIRequestFactory(headers={"Authorization": "ApiKey x"})
    assert Governed.as_view()(make.get("/")).status_code == 200
    assert Governed.as_view()(make.post("/")).status_code == 403


def test_the_audit_has_the_user_who_acts_for_another(user: Any, call: Call) -> None:
    boss = make_user("boss", "admin")
    body = {"currentPassword": "ada", "newPassword": "a new password of ada's"}
    client = call(user, "key", None, boss)
    assert client.post("/api/me/password", body).status_code == 204
    event = AuthEvent.objects.get(event="password_change")
    assert (event.user_id, event.actor_id) == (user.pk, boss.pk)


CUSTOMERS = Limit(entities={"Customer"})


def test_other_entities_are_closed_on_every_surface(admin: Any, call: Call) -> None:
    address = Address.objects.create(city="London")
    row = Customer.objects.create(first_name="Ada", address=address)
    Order.objects.create(customer=row)
    client, before = call(admin, "key", CUSTOMERS), read_stored()
    assert client.get(f"/api/customers/{row.pk}").json()["address"] is None
    linked = f"/api/customers/{row.pk}/orders"
    for response in (
        client.get("/api/orders"),
        client.get(f"/api/addresses/{address.pk}"),
        client.post("/api/orders", {}),
        client.post("/graphql", {"query": "{ orders { id } }"}),
        client.post("/graphql", {"query": "mutation { createOrder(data: {}) { id } }"}),
    ):
        assert "FORBIDDEN" in response.text or response.status_code == 403
    assert client.get(linked).status_code in (403, 404) or client.get(linked).json() == []
    assert client.patch(linked, []).status_code in (400, 403, 404)
    assert client.get("/api/customers?where[orders][some][quantity][gt]=0").status_code != 200
    assert read_stored() == before


def test_nested_reads_show_no_other_entity(admin: Any, call: Call) -> None:
    row = Customer.objects.create(first_name="Ada", address=Address.objects.create(city="London"))
    Order.objects.create(customer=row, quantity=3)
    query = "{ customers { firstName address { city } orders { quantity } } }"
    for limit, shown in ((None, True), (CUSTOMERS, False), (None, True)):
        answer = ask(call(admin, "key", limit), query)
        assert ("London" in str(answer) and "3" in str(answer["data"])) is shown


def test_its_own_entity_is_open(admin: Any, call: Call) -> None:
    client = call(admin, "key", CUSTOMERS)
    made = client.post("/api/customers", {"firstName": "Ada"})
    assert (made.status_code, made.json()["firstName"]) == (201, "Ada")
    assert ask_data(client, "{ customers { firstName } userInfo { username } }")["customers"]
    assert client.get("/api/me").json()["username"] == "admin"


def test_what_serves_no_entity_is_closed_to_a_key_of_entities(user: Any, call: Call) -> None:
    client = call(user, "key", CUSTOMERS)
    body = {"currentPassword": "ada", "newPassword": "a new password of ada's"}
    assert_problem(client.post("/api/me/password", body), 403)
    assert_problem(client.post("/api/logout", {"everywhere": True}), 403)
    assert_problem(client.get("/api/sessions"), 403)
    make = APIRequestFactory(headers={"Authorization": "ApiKey x"})
    for view in (Plain, Open):
        assert view.as_view()(make.get("/")).status_code == 403


@pytest.mark.parametrize("rules", [PolicyPermission, IsAuthenticated])
def test_a_plain_view_of_another_entity_is_closed(admin: Any, call: Call, rules: Any) -> None:
    Order.objects.create()

    class Serializer(ModelSerializer[Order]):
        class Meta:
            model = Order
            fields = ("id",)

    class Orders(ListAPIView[Order]):
        queryset = Order.objects.all()
        serializer_class = Serializer
        permission_classes = (rules,)

    make = APIRequestFactory(headers={"Authorization": "ApiKey x"})
    for limit, status in ((None, 200), (CUSTOMERS, 403)):
        call(admin, "key", limit)
        assert Orders.as_view()(make.get("/")).status_code == status
