"""A field that a serializer computes: read-only and typed on REST, OpenAPI and GraphQL."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import include, path
from drf_spectacular.generators import SchemaGenerator
from graphql import GraphQLObjectType, GraphQLSchema, print_schema
from rest_framework.permissions import AllowAny
from rest_framework.test import APIClient

from api_http.graphql import execution
from api_http.graphql.view import GraphQLView
from entity_api import (
    EntityPermission,
    EntityRouter,
    EntitySerializer,
    EntityViewSet,
    computed_field,
)
from entity_api.description.registry import VIEWSETS, describe_entity
from entity_api.graphql.operations import Operations
from tests.graph import ask_data, ask_error
from tests.rest import assert_problem
from tests.shop.models import Product

pytestmark = pytest.mark.django_db


class ProductSerializer(EntitySerializer):
    class Meta:
        model = Product
        fields = ("name", "price_in_cents", "title", "words", "first_seen", "asked_by")

    @computed_field("integer", nullable=True)
    def price_in_cents(self, product: Product) -> int | None:
        """The price in cents."""
        price = product.item_price
        return None if price is None else round(price * 100)

    @computed_field("text")
    def title(self, product: Product) -> str:
        return f"{product.name}!"

    @computed_field("text", many=True)
    def words(self, product: Product) -> list[str]:
        return str(product.name).split()

    @computed_field("datetime")
    def first_seen(self, product: Product) -> Any:
        return product.created_at

    @computed_field("text")
    def asked_by(self, product: Product) -> str:
        return str(self.context["request"].method)


class ProductViewSet(EntityViewSet):
    queryset = Product.objects.all()
    serializer_class = ProductSerializer
    permission_classes = (AllowAny,)
    authentication_classes = ()


@pytest.fixture
def schema(monkeypatch: pytest.MonkeyPatch) -> GraphQLSchema:
    monkeypatch.setattr(ProductViewSet, "plural", "products")
    entity = describe_entity(ProductViewSet)
    made = Operations({Product: entity})
    query = GraphQLObjectType("Query", made.queries(entity))
    return GraphQLSchema(query, GraphQLObjectType("Mutation", made.mutations(entity)))


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch, schema: GraphQLSchema, settings: Any) -> APIClient:
    monkeypatch.setitem(VIEWSETS, Product, ProductViewSet)  # type: ignore[misc]
    router = EntityRouter()
    router.register("products", ProductViewSet)
    urls: Any = ModuleType("computed_urls")
    urls.urlpatterns = [path("api/", include(router.urls)), path("graphql", GraphQLView.as_view())]
    settings.ROOT_URLCONF = urls
    monkeypatch.setattr(execution, "load_schema", lambda: schema)
    return APIClient()


def test_rest_shows_it(client: APIClient) -> None:
    row = Product.objects.create(name="Red jug", item_price=1.5)
    shown = client.get(f"/api/products/{row.pk}").json()
    assert (shown["priceInCents"], shown["title"]) == (150, "Red jug!")
    assert shown["words"] == ["Red", "jug"]
    assert shown["firstSeen"] == shown["createdAt"]
    assert client.get("/api/products").json() == [shown]


def test_it_may_ask_for_the_request(client: APIClient) -> None:
    made = client.post("/api/products", {"name": "Jug"}, format="json")
    assert made.status_code == 201
    assert made.json()["askedBy"] == "POST"


def test_graphql_shows_it(client: APIClient) -> None:
    Product.objects.create(name="Red jug")
    document = "{ products { priceInCents title words firstSeen createdAt } }"
    (row,) = ask_data(client, document)["products"]
    assert (row["priceInCents"], row["title"]) == (None, "Red jug!")
    assert row["words"] == ["Red", "jug"]
    assert row["firstSeen"] == row["createdAt"]


def test_it_cannot_be_written(client: APIClient) -> None:
    answer = client.post("/api/products", {"title": "x"}, format="json")
    assert assert_problem(answer, 400)["errors"][0]["pointer"] == "#/title"
    document = 'mutation { createProduct(data: {title: "x"}) { id } }'
    assert ask_error(client, document)["extensions"]["code"] == "BAD_USER_INPUT"
    assert not Product.objects.exists()


@pytest.mark.parametrize("query", ["where[title]=x", "orderBy[title]=asc"])
def test_it_cannot_be_found_or_sorted_by(client: APIClient, query: str) -> None:
    assert client.get(f"/api/products?{query}").status_code == 400


def test_a_rule_can_hide_it(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    class HideTitle(EntityPermission):
        def allowed_fields(self, request: Any, view: Any, action: str) -> frozenset[str]:
            return frozenset(view.field_names - {"title"})

    monkeypatch.setattr(ProductViewSet, "permission_classes", (HideTitle,))
    Product.objects.create(name="Jug")
    (shown,) = client.get("/api/products").json()
    assert "title" not in shown
    assert shown["words"] == ["Jug"]


def test_graphql_types_it(schema: GraphQLSchema) -> None:
    type_ = print_schema(schema).partition("type Product {")[2].partition("}")[0]
    assert '  """The price in cents."""\n  priceInCents: Float\n' in type_
    assert "  title: String!\n  words: [String!]!\n  firstSeen: DateTime!\n" in type_


def test_openapi_types_it(client: APIClient) -> None:
    generator: Any = SchemaGenerator
    schemas = generator().get_schema(request=None, public=True)["components"]["schemas"]
    fields = schemas["Product"]["properties"]
    assert fields["priceInCents"] == {
        "type": ["integer", "null"],
        "format": "int32",
        "readOnly": True,
        "description": "The price in cents.",
    }
    assert fields["words"]["items"] == {"type": "string"}
    assert "title" not in schemas["ProductRequest"]["properties"]


def test_an_unknown_kind_is_refused_by_name() -> None:
    class OddSerializer(EntitySerializer):
        class Meta:
            model = Product
            fields = ("odd",)

        @computed_field("number")
        def odd(self, product: Product) -> int:
            return 1

    odd = type("OddViewSet", (EntityViewSet,), {"serializer_class": OddSerializer})
    with pytest.raises(ImproperlyConfigured, match=r"Product\.odd has no kind 'number'"):
        describe_entity(odd)
