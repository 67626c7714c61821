"""A hook that an entity cannot obey stops the start.

The message has its line and what to write instead.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer
from rest_framework.viewsets import GenericViewSet, ModelViewSet

from auth_core.permissions import PolicyPermission
from entity_api.access import HOOKS
from entity_api.checks import check_viewsets
from entity_api.description.hooks import HONOURED, REFUSED
from entity_api.description.registry import VIEWSETS, list_served
from entity_api.permission import EntityPermission
from entity_api.rest.viewset import EntityViewSet
from tests.readme import read_table
from tests.shop.models import Customer, Product
from tests.shop.serializers import CustomerSerializer
from tests.shop.viewsets import CustomerViewSet


def find_faults(monkeypatch: pytest.MonkeyPatch, viewset: type[EntityViewSet]) -> list[Any]:
    list_served()  # loads the routers, which would put their own viewset in place of this one
    monkeypatch.setitem(VIEWSETS, Customer, viewset)  # type: ignore[misc]
    return check_viewsets()


def find_fault(monkeypatch: pytest.MonkeyPatch, viewset: type[EntityViewSet]) -> Any:
    (fault,) = find_faults(monkeypatch, viewset)
    return fault


def line_of(text: str) -> int:
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    return next(
        number for number, line in enumerate(lines, start=1) if line.strip().startswith(text)
    )


def test_what_is_served_has_no_fault() -> None:
    assert check_viewsets() == []


@pytest.mark.parametrize("drf", [GenericViewSet, ModelViewSet])
def test_every_public_name_of_drf_is_honoured_or_refused(drf: type) -> None:
    names = {name for name in dir(drf) if not name.startswith("_")}
    assert names - HONOURED.keys() - REFUSED.keys() == set()
    assert HONOURED.keys() & REFUSED.keys() == set()
    assert HONOURED.keys() <= set(dir(EntityViewSet))


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_hook_that_cannot_hold_everywhere_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    viewset = type("OwnViewSet", (CustomerViewSet,), {name: ["get"]})
    fault = next(each for each in find_faults(monkeypatch, viewset) if each.id == "entity_api.E001")
    assert f"OwnViewSet.{name} would hold for REST only" in fault.msg
    assert fault.hint.startswith(REFUSED[name])


def test_a_fault_names_the_line_of_an_attribute(monkeypatch: pytest.MonkeyPatch) -> None:
    class PagedViewSet(CustomerViewSet):
        pagination_class = LimitOffsetPagination
        requires_authentication = True

    fault = find_fault(monkeypatch, PagedViewSet)
    assert fault.msg.startswith(
        f"tests/test_hook_checks.py, line {line_of('pagination_class = Limit')}: PagedViewSet."
    )
    assert "skip, take and after" in fault.hint


class CreateMixin:
    def create(self, request: Request) -> Response:
        return Response()


def test_a_fault_names_the_line_of_a_method_of_a_mixin(monkeypatch: pytest.MonkeyPatch) -> None:
    fault = find_fault(monkeypatch, type("MixedViewSet", (CreateMixin, CustomerViewSet), {}))
    assert fault.msg.startswith(
        f"tests/test_hook_checks.py, line {line_of('def create(')}: MixedViewSet.create"
    )
    assert "perform_create" in fault.hint


def test_mixins_of_drf_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    viewset: Any = type("MixedViewSet", (mixins.UpdateModelMixin, CustomerViewSet), {})
    names = {
        re.findall(r"MixedViewSet\.(\w+)", fault.msg)[0]
        for fault in find_faults(monkeypatch, viewset)
    }
    assert names == {"partial_update", "update"}


def test_a_description_for_openapi_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    @extend_schema_view(list=extend_schema(summary="All customers"))
    class DescribedViewSet(CustomerViewSet):
        pass

    class MoreViewSet(DescribedViewSet):
        pass

    assert find_faults(monkeypatch, MoreViewSet) == []


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("get_query_set", "get_queryset"),
        ("perform_creat", "perform_create"),
        ("filter_backend", "filter_backends"),
    ],
)
def test_a_misspelt_hook_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, meant: str) -> None:
    fault = find_fault(
        monkeypatch, type("OwnViewSet", (CustomerViewSet,), {name: lambda self: None})
    )
    assert (fault.id, f"Call it {meant}" in fault.hint) == ("entity_api.E002", True)


def test_rows_of_another_model_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class WrongViewSet(CustomerViewSet):
        queryset = Product.objects.all()  # type: ignore[assignment]

    fault = find_fault(monkeypatch, WrongViewSet)
    assert (fault.id, fault.hint) == ("entity_api.E003", "Set queryset = Customer.objects.all().")


def test_an_own_action_with_rows_that_are_not_limited_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class CountingViewSet(CustomerViewSet):
        def get_queryset(self) -> Any:
            return Customer.objects.filter(phone="1")

        @action(detail=False)
        def stats(self, request: Request) -> Response:
            return Response({"count": self.get_queryset().count()})

    assert find_fault(monkeypatch, CountingViewSet).id == "entity_api.E004"


class NamesSerializer(ModelSerializer[Customer]):
    class Meta:
        model = Customer
        fields = ("first_name",)


class OwnerSerializer(CustomerSerializer):
    class Meta(CustomerSerializer.Meta):
        fields = (*CustomerSerializer.Meta.fields, "owner")  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("chosen", "said"), [(NamesSerializer, "not an EntitySerializer"), (OwnerSerializer, "owner")]
)
def test_a_serializer_that_the_permissions_do_not_know_is_refused(
    monkeypatch: pytest.MonkeyPatch, chosen: Any, said: str
) -> None:
    class ChoosingViewSet(CustomerViewSet):
        def get_serializer_class(self) -> Any:
            return chosen if self.action == "create" else CustomerSerializer

    fault = find_fault(monkeypatch, ChoosingViewSet)
    assert (fault.id, said in fault.msg) == ("entity_api.E005", True)


def test_a_choice_that_needs_a_request_is_left_to_the_first_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class ChoosingViewSet(CustomerViewSet):
        def get_serializer_class(self) -> Any:
            return NamesSerializer if self.request.user.is_staff else CustomerSerializer

    assert find_faults(monkeypatch, ChoosingViewSet) == []


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("visible_row", "visible_rows"),
        ("allow_fields", "allowed_fields"),
        ("has_object_permissions", "has_object_"),
    ],
)
def test_a_misspelt_method_of_a_permission_class_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, meant: str
) -> None:
    permission = type("TenantPermission", (BasePermission,), {name: lambda self, rows: rows})
    viewset = type(
        "OwnViewSet", (CustomerViewSet,), {"permission_classes": [PolicyPermission, permission]}
    )
    fault = find_fault(monkeypatch, viewset)
    assert (fault.id, meant in fault.hint) == ("entity_api.E006", True)
    assert f"TenantPermission.{name} is not asked" in fault.msg


class TenantPermission(BasePermission):
    def limit(self, request: Request, view: Any, rows: Any) -> Any:
        return rows

    def find_tenant(self, user: Any) -> str:
        return str(user)


def test_a_method_that_takes_a_view_is_taken_for_a_hook(monkeypatch: pytest.MonkeyPatch) -> None:
    viewset = type(
        "OwnViewSet",
        (CustomerViewSet,),
        {"permission_classes": [PolicyPermission, TenantPermission]},
    )
    fault = find_fault(monkeypatch, viewset)
    assert fault.msg.startswith(
        f"tests/test_hook_checks.py, line {line_of('def limit(')}: TenantPermission.limit"
    )
    assert "visible_rows" in fault.hint


class RegionPermission(EntityPermission):
    def rows_of_region(self, region: str) -> Any:
        return region


def test_an_unknown_method_of_an_entity_permission_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    viewset = type("OwnViewSet", (CustomerViewSet,), {"permission_classes": [RegionPermission]})
    fault = find_fault(monkeypatch, viewset)
    assert (fault.id, "rows_of_region is not asked" in fault.msg) == ("entity_api.E006", True)


@pytest.mark.parametrize(
    "joined",
    [IsAuthenticated & PolicyPermission, PolicyPermission | IsAuthenticated, ~PolicyPermission],
)
def test_an_operator_that_hides_the_limits_of_rows_is_refused(
    monkeypatch: pytest.MonkeyPatch, joined: Any
) -> None:
    fault = find_fault(
        monkeypatch, type("JoinedViewSet", (CustomerViewSet,), {"permission_classes": [joined]})
    )
    assert (fault.id, "PolicyPermission" in fault.msg) == ("entity_api.E007", True)


@pytest.mark.django_db
def test_a_server_does_not_start_with_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    from config.wsgi import refuse_faulty_plugins  # it looks at the database

    viewset: Any = type(
        "OwnViewSet", (CustomerViewSet,), {"pagination_class": LimitOffsetPagination}
    )
    monkeypatch.setitem(VIEWSETS, Customer, viewset)  # type: ignore[misc]
    with pytest.raises(SystemExit, match=r"OwnViewSet\.pagination_class"):
        refuse_faulty_plugins()


def test_a_viewset_needs_no_queryset_beside_get_queryset() -> None:
    class OwnViewSet(EntityViewSet):
        serializer_class = CustomerSerializer

        def get_queryset(self) -> Any:
            return Customer.objects.filter(phone="1")

    viewset: Any = OwnViewSet
    assert viewset.queryset.model is Customer


def test_the_documents_name_every_hook() -> None:
    honoured = {name for row in read_table("hook") for name in re.findall(r"`(\w+)`", row[0])}
    refused = {name for row in read_table("refused") for name in re.findall(r"`(\w+)`", row[0])}
    assert honoured == HONOURED.keys()
    assert refused == REFUSED.keys()
    methods = {row[0].strip("`").partition("(")[0] for row in read_table("method")}
    assert methods == HOOKS - {"has_permission", "has_object_permission"}
