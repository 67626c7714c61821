"""An expression that no query can compute is a fault of `manage.py check`, and no error of a row."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import F, OuterRef, Subquery, Sum, Value, Window
from django.db.models.functions import Length, RowNumber, Upper

from entity_api import EntitySerializer, EntityViewSet, annotated_field
from entity_api.kind_checks import check_annotations, check_kinds
from tests.graph import ask_data
from tests.own_actions import serve
from tests.policies import ALL, call_as, make_user, write_policy
from tests.rest import assert_problem
from tests.shop.models import Order, Product

pytestmark = pytest.mark.django_db

ORDERS = Order.objects.filter(product=OuterRef("pk"))


class WrongSerializer(EntitySerializer):
    no_name = annotated_field(F("weight"))
    no_expression = annotated_field("item_price")
    no_kind = annotated_field(Subquery(ORDERS.values("customer")[:1]))
    two_columns = annotated_field(Subquery(ORDERS.values("id", "quantity")[:1]))
    mixed = annotated_field(F("item_price") + F("name"))
    counted = annotated_field(Window(RowNumber()))
    to_many = annotated_field(F("orders__quantity"))
    beyond_many = annotated_field(Upper("orders__customer__first_name"))
    beside_sum = annotated_field(Sum("orders__quantity") + F("orders__quantity"))
    unsure = annotated_field(Value(object()))
    total = annotated_field(Sum("orders__quantity") + Length("name"))
    fine = annotated_field(F("item_price") * 2)

    class Meta:
        model = Product
        fields = (
            *("name", "no_name", "no_expression", "no_kind", "two_columns", "mixed", "counted"),
            *("unsure", "fine", "to_many", "beyond_many", "beside_sum", "total"),
        )


class WrongViewSet(EntityViewSet):
    queryset = Product.objects.all()
    serializer_class = WrongSerializer


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("no_name", "Cannot resolve keyword 'weight' into field"),
        ("no_expression", "non-expression"),
        ("no_kind", "gives a ForeignKey, which has no kind here"),
        ("two_columns", "Its expression"),
        ("mixed", "Its expression"),
        ("counted", "does not give one value for one row"),
        ("to_many", "does not give one value for one row"),
        ("beyond_many", "does not give one value for one row"),
        ("beside_sum", "does not give one value for one row"),
        ("unsure", "Its expression"),
    ],
)
def test_a_wrong_expression_is_a_fault_with_its_line(name: str, text: str) -> None:
    faults = [fault for fault in check_annotations(WrongViewSet) if f".{name} " in fault.msg]
    assert [(fault.id, fault.is_serious()) for fault in faults] == [("entity_api.E016", True)]
    assert faults[0].msg.startswith("tests/test_annotation_checks.py, line ")
    assert text in faults[0].msg
    assert "output_field" in str(faults[0].hint)


def test_a_right_expression_is_no_fault() -> None:
    assert not [
        fault
        for fault in check_annotations(WrongViewSet)
        if ".fine" in fault.msg or ".total" in fault.msg
    ]
    assert not list(check_kinds(WrongViewSet))


def test_rows_show_null_for_a_wrong_one(
    monkeypatch: pytest.MonkeyPatch, settings: Any, policy: Any
) -> None:
    serve(monkeypatch, settings, products=WrongViewSet)
    policy(write_policy(ALL))
    Product.objects.create(name="Jug", item_price=2)
    client = call_as(make_user("ada", "user"))
    (row,) = client.get("/api/products").json()
    assert (row["noName"], row["counted"], row["fine"]) == (None, None, 4)
    assert ask_data(client, "{ products { mixed fine } }")["products"] == [
        {"mixed": None, "fine": 4}
    ]
    assert_problem(client.get("/api/products?where[noName]=1"), 400)
