"""A SerializerMethodField, and a property of the model: their annotations are their types."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from rest_framework import serializers

from entity_api import EntitySerializer, EntityViewSet
from entity_api.description.registry import describe_entity
from entity_api.graphql.inputs import value_type
from entity_api.kind_checks import check_kinds
from tests.graph import ask_data
from tests.own_actions import serve
from tests.policies import ALL, call_as, make_user, write_policy
from tests.rest import assert_problem
from tests.shop.models import Product

pytestmark = pytest.mark.django_db


class ProductSerializer(EntitySerializer):
    price_in_cents = serializers.SerializerMethodField()
    words = serializers.SerializerMethodField(help_text="The words of the name.")
    seen_at = serializers.SerializerMethodField(method_name="find_moment")

    class Meta:
        model = Product
        fields = ("name", "price_in_cents", "words", "seen_at", "loud_name")

    def get_price_in_cents(self, product: Product) -> int | None:
        return None if product.item_price is None else round(product.item_price * 100)

    def get_words(self, product: Product) -> list[str]:
        return str(product.name).split()

    def find_moment(self, product: Product) -> datetime:
        moment: datetime = product.created_at
        return moment


class VagueSerializer(EntitySerializer):
    vague = serializers.SerializerMethodField()

    class Meta:
        model = Product
        fields = ("vague",)

    def get_vague(self, product: Product) -> Any:
        return product


class ProductViewSet(EntityViewSet):
    queryset = Product.objects.all()
    serializer_class = ProductSerializer


class VagueViewSet(EntityViewSet):
    queryset = Product.objects.all()
    serializer_class = VagueSerializer


def shout(product: Product) -> str:
    return str(product.name).upper()


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch, settings: Any, policy: Any) -> Any:
    monkeypatch.setattr(Product, "loud_name", property(shout), raising=False)
    serve(monkeypatch, settings, products=ProductViewSet)
    policy(write_policy(ALL))
    Product.objects.create(name="Red jug", item_price=1.5)
    return call_as(make_user("ada", "user"))


def test_rest_and_graphql_show_it(client: Any) -> None:
    (shown,) = client.get("/api/products").json()
    assert (shown["priceInCents"], shown["words"]) == (150, ["Red", "jug"])
    assert (shown["seenAt"], shown["loudName"]) == (shown["createdAt"], "RED JUG")
    document = "{ products { priceInCents words seenAt loudName } }"
    (row,) = ask_data(client, document)["products"]
    assert row == {name: shown[name] for name in row}


def test_it_is_typed(client: Any) -> None:
    fields = describe_entity(ProductViewSet).fields
    kinds = {name: field.kind and field.kind.name for name, field in fields.items()}
    assert kinds["priceInCents"] == "integer"
    assert (fields["priceInCents"].nullable, fields["seenAt"].nullable) == (True, False)
    assert (kinds["words"], fields["words"].many) == ("text", True)
    assert fields["words"].description == "The words of the name."


def test_it_cannot_be_written_or_found_by(client: Any) -> None:
    assert_problem(client.post("/api/products", {"loudName": "x"}, format="json"), 400)
    assert_problem(client.get("/api/products?where[priceInCents]=1"), 400)
    assert_problem(client.get("/api/products?orderBy[loudName]=asc"), 400)


def test_a_method_without_annotation_is_json_and_warned_of() -> None:
    assert value_type(describe_entity(VagueViewSet), "vague").name == "JSON"
    (fault,) = check_kinds(VagueViewSet)
    assert fault.id == "entity_api.W001"
    assert "Annotate a method or property" in str(fault.hint)
