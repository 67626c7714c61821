"""Entities with fields that the database computes, and their rows, for tests."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import (
    Avg,
    Case,
    CharField,
    Count,
    DecimalField,
    Exists,
    F,
    Max,
    OuterRef,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat

from entity_api import EntitySerializer, EntityViewSet, annotated_field
from tests.own_actions import serve
from tests.shop.models import Customer, Order, Product

LAST = Order.objects.filter(customer=OuterRef("pk")).order_by("-quantity")


class CustomerSerializer(EntitySerializer):
    order_count = annotated_field(Count("orders"), nullable=False, description="All orders.")
    product_count = annotated_field(Count("orders__product", distinct=True), nullable=False)
    pieces = annotated_field(Sum("orders__quantity"))
    full_name = annotated_field(
        Concat("first_name", Value(" "), "last_name", output_field=CharField())
    )
    size = annotated_field(
        Case(When(first_name="Ada", then=Value("big")), default=Value("small")), nullable=False
    )
    largest_order = annotated_field(Subquery(LAST.values("quantity")[:1]))
    has_orders = annotated_field(Exists(LAST), nullable=False)
    last_order_at = annotated_field(Max("orders__created_at"))
    mean = annotated_field(Avg("orders__quantity"))
    exact = annotated_field(
        Cast(Sum("orders__quantity"), DecimalField(max_digits=10, decimal_places=2))
    )
    ref = annotated_field(F("id"), nullable=False)

    class Meta:
        model = Customer
        fields = (
            *("first_name", "last_name", "address", "orders", "order_count", "product_count"),
            *("pieces", "full_name", "size", "largest_order", "has_orders", "last_order_at"),
            *("mean", "exact", "ref"),
        )


class CustomerViewSet(EntityViewSet):
    queryset = Customer.objects.all()
    serializer_class = CustomerSerializer


class OrderSerializer(EntitySerializer):
    customer_name = annotated_field(F("customer__first_name"))
    double = annotated_field(F("quantity") * 2)

    class Meta:
        model = Order
        fields = ("quantity", "customer", "product", "customer_name", "double")


class OrderViewSet(EntityViewSet):
    queryset = Order.objects.all()
    serializer_class = OrderSerializer


def serve_annotated(monkeypatch: pytest.MonkeyPatch, settings: Any, **viewsets: Any) -> Customer:
    """Serve the entities and make rows of them. Return Ada, who has three of the four orders."""
    chosen = {"customers": CustomerViewSet, "orders": OrderViewSet, **viewsets}
    serve(monkeypatch, settings, **chosen)
    ada = Customer.objects.create(first_name="Ada", last_name="Byron")
    bob = Customer.objects.create(first_name="Bob", last_name="Low")
    Customer.objects.create(first_name="Cy", last_name="Twombly")
    jug, cup = Product.objects.create(name="Jug"), Product.objects.create(name="Cup")
    for owner, quantity, product in [(ada, 1, jug), (ada, 2, jug), (ada, 4, cup), (bob, 7, cup)]:
        Order.objects.create(customer=owner, quantity=quantity, product=product)
    return ada
