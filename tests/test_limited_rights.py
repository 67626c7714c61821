"""Django's `user.has_perm` keeps to the limit of the credentials, for superusers too."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings as of_tests
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.test import override_settings
from rest_framework.exceptions import PermissionDenied
from rest_framework.generics import ListAPIView
from rest_framework.permissions import DjangoModelPermissions, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer
from rest_framework.test import APIClient, APIRequestFactory

from auth_core import Authenticated, Limit, Principal
from auth_core.authentication import ProviderAuthentication
from auth_core.limited_rights import PERMISSION_METHODS
from auth_core.permissions import PolicyPermission
from entity_api import entity_action
from tests.dummy_provider.provider import ApiKeyProvider
from tests.graph import ask_data, ask_error
from tests.own_actions import serve
from tests.policies import ALL, make_user, write_policy
from tests.rest import assert_problem
from tests.shop.models import Customer, Order
from tests.shop.viewsets import OrderViewSet

pytestmark = pytest.mark.django_db
READ_ONLY = Limit(actions={"view", "search"})
KEY = {"Authorization": "ApiKey x"}
Call = Callable[..., APIClient]
ASKED = (
    "shop.view_customer",
    "shop.change_customer",
    "shop.delete_order",
    "auth.view_group",
    "auth.change_group",
    "shop.pack_order",
    "nowhere.view_nothing",
    "wrong",
)


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Iterator[Call]:
    """Make a client whose key the dummy provider finds to be this."""

    def make(*found: Any) -> APIClient:
        monkeypatch.setattr(ApiKeyProvider, "authenticate", lambda *_: Authenticated(*found))
        return APIClient(headers=KEY)

    with override_settings(INSTALLED_APPS=["tests.dummy_provider", *of_tests.INSTALLED_APPS]):
        yield make


def find_user(view: Any = PolicyPermission) -> Any:
    """Return the user of a request with the key, to a view that asks for the limit."""
    request = Request(
        APIRequestFactory().get("/", headers=KEY),
        parser_context={"view": ListAPIView(permission_classes=[view])},
    )
    request.authenticators = [ProviderAuthentication()]
    return request.user


@pytest.mark.parametrize(
    ("limit", "granted"),
    [
        (None, ASKED),
        (Limit(), ASKED),
        (READ_ONLY, ("shop.view_customer", "auth.view_group")),
        (Limit(actions={"view"}), ("shop.view_customer", "auth.view_group")),
        (Limit(actions={"search"}), ()),
        (Limit(actions={"update", "pack"}), ("shop.change_customer", "auth.change_group")),
        (Limit(entities={"Customer"}), ("shop.view_customer", "shop.change_customer")),
        (Limit(entities={"Order"}, actions={"view", "delete"}), ("shop.delete_order",)),
        (Limit(entities=()), ()),
    ],
)
def test_a_superuser_has_the_permissions_of_the_limit(
    call: Call, limit: Limit | None, granted: tuple[str, ...]
) -> None:
    call(make_user("root", is_superuser=True), "key", limit)
    user = find_user()
    assert tuple(filter(user.has_perm, ASKED)) == granted
    assert tuple(each for each in ASKED if async_to_sync(user.ahas_perm)(each)) == granted
    assert user.has_perms(granted)
    assert user.has_perms(ASKED) == (granted == ASKED)
    assert user.has_module_perms("auth") == any(each.startswith("auth.") for each in granted)
    # `pack_order` and the others are not in the database.
    known = set(granted).intersection(ASKED[:5])
    assert user.get_all_permissions().intersection(ASKED) == known
    assert async_to_sync(user.aget_all_permissions)().intersection(ASKED) == known
    assert user.get_group_permissions().intersection(ASKED) <= known
    assert user.get_user_permissions().intersection(ASKED) == known
    # A view may save it, or keep it.
    assert user.is_superuser
    user.save()
    assert pickle.loads(pickle.dumps(user)).has_perm("auth.change_group") == (  # noqa: S301
        "auth.change_group" in granted
    )


def test_any_other_user_has_no_more_than_both(call: Call, policy: Callable[[str], Any]) -> None:
    policy(write_policy(Customer='view = "own"\nupdate = "all"', Order='view = "all"'))
    ada = make_user("ada", "user")
    mine, foreign = Customer.objects.create(owner=ada), Customer.objects.create()
    others = Group.objects.create(name="others")
    others.permissions.add(Permission.objects.get(codename="view_group"))
    ada.groups.add(others)
    call(ada, "key", READ_ONLY)
    user = find_user()
    assert user.get_all_permissions() == {
        "shop.view_customer",
        "shop.view_order",
        "auth.view_group",
    }
    assert [user.has_perm("shop.view_customer", row) for row in (mine, foreign)] == [True, False]
    assert not user.has_perm("shop.change_customer", mine)
    assert user.get_all_permissions(mine) == {"shop.view_customer"}


def test_roles_and_actions_limit_together(call: Call) -> None:
    root = make_user("root", "user", is_superuser=True)
    call(root, "key", Limit(roles={"user"}, actions={"view"}))
    user = find_user()
    given = ("shop.view_customer", "shop.change_customer", "auth.view_group")
    assert [user.has_perm(each) for each in given] == [True, False, False]


def test_a_permission_of_ones_own_is_of_no_limit(call: Call) -> None:
    kind = ContentType.objects.get_for_model(Order)
    Permission.objects.create(content_type=kind, codename="pack_order", name="Pack")
    root = make_user("root", is_superuser=True)
    granted = []
    for limit in (None, READ_ONLY, Limit(actions={"pack"}), Limit(entities={"Order"})):
        call(root, "key", limit)
        granted.append(find_user().has_perm("shop.pack_order"))
    assert granted == [True, False, False, False]


def test_a_machine_still_has_none(call: Call) -> None:
    call(Principal("m-1", roles=["admin"]), "key", READ_ONLY)
    assert not find_user().has_perm("shop.view_customer")
    assert not find_user().has_module_perms("shop")


def test_a_text_is_no_list_of_permissions(call: Call) -> None:
    call(make_user("root", is_superuser=True), "key", READ_ONLY)
    with pytest.raises(ValueError, match="list"):
        find_user().has_perms("shop.view_customer")


def test_all_methods_of_a_user_are_answered() -> None:
    user = make_user("root")
    named = {each for each in dir(user) if re.match("a?(has|get)_.*perm", each)}
    assert named == set(PERMISSION_METHODS)


class PackingViewSet(OrderViewSet):
    @entity_action(policy="pack")
    def pack(self, row: Any, data: Any) -> None:
        if not self.request.user.has_perm("shop.delete_order", row):
            raise PermissionDenied
        row.delete()


@pytest.mark.parametrize(
    ("limit", "may"), [(None, True), (Limit(actions={"view", "pack"}), False), (READ_ONLY, False)]
)
def test_an_own_action_that_asks_is_told(
    call: Call,
    policy: Callable[[str], Any],
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
    limit: Limit | None,
    may: bool,  # noqa: FBT001
) -> None:
    policy(write_policy(ALL, Order=f'{ALL}\npack = "all"'))
    serve(monkeypatch, settings, orders=PackingViewSet)
    client = call(make_user("root", is_superuser=True), "key", limit)
    for on_rest in (True, False):
        row = Order.objects.create(quantity=1)
        document = f'mutation {{ packOrder(where: {{id: "{row.pk}"}}) {{ quantity }} }}'
        if may and on_rest:
            assert client.post(f"/api/orders/{row.pk}/pack").status_code == 200
        elif may:
            assert ask_data(client, document) == {"packOrder": {"quantity": 1}}
        elif on_rest:
            assert_problem(client.post(f"/api/orders/{row.pk}/pack"), 403)
        else:
            assert ask_error(client, document)["extensions"]["code"] == "FORBIDDEN"
        assert Order.objects.filter(pk=row.pk).exists() != may


class Rows(ListAPIView[Order]):
    queryset = Order.objects.all()

    class serializer_class(ModelSerializer[Order]):  # noqa: N801
        class Meta:
            model = Order
            fields = ("id",)

    def post(self, request: Request) -> Response:
        return Response(status=204)


@pytest.mark.parametrize("first", [PolicyPermission, IsAuthenticated])
def test_permissions_of_django_on_a_plain_view_keep_to_it(
    call: Call, policy: Callable[[str], Any], first: Any
) -> None:
    policy(write_policy(ALL))
    root, make = make_user("root", is_superuser=True), APIRequestFactory(headers=KEY)
    view = Rows.as_view(permission_classes=[first, DjangoModelPermissions])
    for limit, statuses in (
        (None, [200, 204]),
        (READ_ONLY, [200, 403]),
        (Limit(entities={"Customer"}), [403, 403]),
    ):
        call(root, "key", limit)
        assert [view(make.get("/")).status_code, view(make.post("/")).status_code] == statuses
