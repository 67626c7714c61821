"""Field classes of one's own: by the mapping of a serializer, under names of two words."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any, ClassVar

import pytest
from django.db import connection, models
from django.test.utils import isolate_apps
from django.urls import include, path
from graphql import GraphQLObjectType, GraphQLSchema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.test import APIClient

from api_http.graphql import execution
from api_http.graphql.view import GraphQLView
from entity_api import Entity, EntityRouter, EntitySerializer, EntityViewSet
from entity_api.description.registry import VIEWSETS, describe_entity
from entity_api.graphql.operations import Operations
from entity_api.kind_checks import check_kinds
from tests.graph import ask_data, ask_error
from tests.rest import find_pointers

pytestmark = pytest.mark.django_db(transaction=True)


class UrlField(serializers.URLField):
    kind: ClassVar[str] = "text"


class ClockField(serializers.TimeField):
    """A time that its author calls a text."""

    kind: ClassVar[str] = "text"


with isolate_apps("tests.shop"):

    class Shelf(Entity):
        image_url = models.URLField(null=True)
        opened_at = models.TimeField(null=True)
        objects: ClassVar[models.Manager[Any]] = models.Manager()

        class Meta(Entity.Meta):
            abstract = False
            app_label = "shop"


class ShelfSerializer(EntitySerializer):
    serializer_field_mapping: ClassVar[Any] = {
        **EntitySerializer.serializer_field_mapping,
        models.URLField: UrlField,
        models.TimeField: ClockField,
    }

    class Meta:
        model = Shelf
        fields = ("image_url", "opened_at")


class ShelfViewSet(EntityViewSet):
    queryset = Shelf.objects.all()
    serializer_class = ShelfSerializer
    permission_classes = (AllowAny,)
    authentication_classes = ()


@pytest.fixture
def schema(monkeypatch: pytest.MonkeyPatch) -> GraphQLSchema:
    monkeypatch.setattr(ShelfViewSet, "plural", "shelves")
    entity = describe_entity(ShelfViewSet)
    made = Operations({Shelf: entity})
    query = GraphQLObjectType("Query", made.queries(entity))
    return GraphQLSchema(query, GraphQLObjectType("Mutation", made.mutations(entity)))


@pytest.fixture
def client(
    monkeypatch: pytest.MonkeyPatch, schema: GraphQLSchema, settings: Any
) -> Iterator[APIClient]:
    monkeypatch.setitem(VIEWSETS, Shelf, ShelfViewSet)  # type: ignore[misc]
    router = EntityRouter()
    router.register("shelves", ShelfViewSet)
    urls: Any = ModuleType("shelf_urls")
    urls.urlpatterns = [path("api/", include(router.urls)), path("graphql", GraphQLView.as_view())]
    settings.ROOT_URLCONF = urls
    monkeypatch.setattr(execution, "load_schema", lambda: schema)
    with connection.schema_editor() as editor:
        editor.create_model(Shelf)
    yield APIClient()
    with connection.schema_editor() as editor:
        editor.delete_model(Shelf)


def test_a_name_of_two_words_keeps_its_column(client: APIClient) -> None:
    made = client.post("/api/shelves", {"imageUrl": "https://a.example/"}, format="json")
    assert made.json()["imageUrl"] == "https://a.example/"
    assert client.get("/api/shelves?where[imageUrl][contains]=a.ex").json() == [made.json()]
    found = ask_data(client, '{ shelves(where: {imageUrl: {startsWith: "http"}}) { imageUrl } }')
    assert found == {"shelves": [{"imageUrl": "https://a.example/"}]}


@pytest.mark.parametrize("condition", ["[contains]=08", "=nonsense", "[gt]=nonsense"])
def test_a_kind_that_its_column_has_not_is_shown_and_not_compared(
    client: APIClient, condition: str
) -> None:
    made = client.post("/api/shelves", {"openedAt": "08:30"}, format="json").json()
    assert made["openedAt"] == "08:30:00"
    refused = client.get(f"/api/shelves?where[openedAt]{condition}")
    assert find_pointers(refused) == ["#/where/openedAt"]
    assert find_pointers(client.get("/api/shelves?orderBy[openedAt]=asc")) == ["#/orderBy/openedAt"]
    assert ask_data(client, "{ shelves { openedAt } }") == {"shelves": [{"openedAt": "08:30:00"}]}
    error = ask_error(client, '{ shelves(where: {openedAt: {contains: "0"}}) { id } }')
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


def test_the_check_names_such_a_kind_with_its_line() -> None:
    (fault,) = check_kinds(ShelfViewSet)
    assert fault.id == "entity_api.W003"
    assert fault.msg.startswith("tests/test_own_field_classes.py, line ")
    assert "openedAt is of the kind text, and its column is a TimeField" in fault.msg
