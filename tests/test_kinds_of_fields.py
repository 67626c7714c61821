"""A new kind of field is a row of the table, and a serializer field. All surfaces know it then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from types import ModuleType
from typing import Any, ClassVar

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models
from django.test.utils import isolate_apps
from django.urls import include, path
from drf_spectacular.generators import SchemaGenerator
from graphql import GraphQLObjectType, GraphQLScalarType, GraphQLSchema, print_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.test import APIClient

from api_http.graphql import execution
from api_http.graphql.view import GraphQLView
from entity_api.description.field_kind import FieldKind
from entity_api.description.fields import TextField
from entity_api.description.kinds import KINDS
from entity_api.description.model import Entity
from entity_api.description.registry import VIEWSETS, describe_entity
from entity_api.description.serializer import EntitySerializer
from entity_api.graphql.operations import Operations
from entity_api.rest.router import EntityRouter
from entity_api.rest.viewset import EntityViewSet
from tests.graph import ask_data

pytestmark = pytest.mark.django_db(transaction=True)


class TimeField(serializers.TimeField):
    kind: ClassVar[str] = "time"


def parse_time(value: object) -> time:
    try:
        return time.fromisoformat(str(value))
    except ValueError:
        raise ValueError("a time such as 12:30") from None


TIME = FieldKind(
    name="time",
    fields={models.TimeField: TimeField},
    to_json=time.isoformat,
    openapi={"type": "string", "format": "time"},
    parse=parse_time,
    graphql=GraphQLScalarType("Time", coerce_output_value=str),
)

with isolate_apps("tests.shop"):

    class Shift(Entity):
        start = models.TimeField(null=True)
        objects: ClassVar[models.Manager[Any]] = models.Manager()

        class Meta(Entity.Meta):
            abstract = False
            app_label = "shop"


def make_viewset() -> type[EntityViewSet]:
    class ShiftSerializer(EntitySerializer):
        class Meta:
            model = Shift
            fields = ("start",)

    class ShiftViewSet(EntityViewSet):
        queryset = Shift.objects.all()
        serializer_class = ShiftSerializer
        permission_classes = (AllowAny,)
        authentication_classes = ()

    return ShiftViewSet


@pytest.fixture
def viewset(monkeypatch: pytest.MonkeyPatch) -> type[EntityViewSet]:
    monkeypatch.setitem(KINDS, "time", TIME)
    return make_viewset()


@pytest.fixture
def schema(viewset: type[EntityViewSet], monkeypatch: pytest.MonkeyPatch) -> GraphQLSchema:
    monkeypatch.setattr(viewset, "plural", "shifts")
    entity = describe_entity(viewset)
    made = Operations({Shift: entity})
    query = GraphQLObjectType("Query", made.queries(entity))
    return GraphQLSchema(query, GraphQLObjectType("Mutation", made.mutations(entity)))


@pytest.fixture
def client(
    viewset: type[EntityViewSet],
    schema: GraphQLSchema,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> Iterator[APIClient]:
    monkeypatch.setitem(VIEWSETS, Shift, viewset)  # type: ignore[misc]
    router = EntityRouter()
    router.register("shifts", viewset)
    urls: Any = ModuleType("shift_urls")
    urls.urlpatterns = [path("api/", include(router.urls)), path("graphql", GraphQLView.as_view())]
    settings.ROOT_URLCONF = urls
    monkeypatch.setattr(execution, "load_schema", lambda: schema)
    with connection.schema_editor() as editor:
        editor.create_model(Shift)
    yield APIClient()
    with connection.schema_editor() as editor:
        editor.delete_model(Shift)


def test_rest_reads_and_writes_it(client: APIClient) -> None:
    made = client.post("/api/shifts", {"start": "09:30:00"}, format="json")
    assert made.status_code == 201
    assert made.json()["start"] == "09:30:00"
    assert client.get("/api/shifts").json()[0]["start"] == "09:30:00"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("where[start]=09:30", 1),
        ("where[start][gt]=09:30", 0),
        ("where[start][in][]=09:30", 1),
        ("where[start][isNull]=true", 0),
        ("orderBy[start]=desc", 1),
    ],
)
def test_the_query_language_compares_it(client: APIClient, query: str, found: int) -> None:
    Shift.objects.create(start=time(9, 30))
    assert len(client.get(f"/api/shifts?{query}").json()) == found


@pytest.mark.parametrize("query", ["where[start]=noon", "where[start][contains]=9"])
def test_the_query_language_refuses_other_values_and_operators(
    client: APIClient, query: str
) -> None:
    assert client.get(f"/api/shifts?{query}").status_code == 400


def test_a_list_goes_on_after_it(client: APIClient) -> None:
    for hour in (9, 10):
        Shift.objects.create(start=time(hour))
    page = client.get("/api/shifts?orderBy[start]=asc&take=1")
    following = page["Link"].partition("<")[2].partition(">")[0]
    assert [row["start"] for row in client.get(f"/api/shifts{following}").json()] == ["10:00:00"]


def test_openapi_describes_it(client: APIClient) -> None:
    generator: Any = SchemaGenerator
    schemas = generator().get_schema(request=None, public=True)["components"]["schemas"]
    value = {"type": "string", "format": "time"}
    assert schemas["Shift"]["properties"]["start"]["format"] == "time"
    assert schemas["TimeNullableFilter"]["properties"]["gte"] == value
    assert "contains" not in schemas["TimeNullableFilter"]["properties"]


def test_graphql_has_a_type_and_conditions_for_it(schema: GraphQLSchema) -> None:
    sdl = print_schema(schema)
    assert "start: Time\n" in sdl
    assert "start: TimeNullableFilter\n" in sdl
    assert "  gte: Time\n" in sdl


def test_graphql_reads_and_finds_it(client: APIClient) -> None:
    Shift.objects.create(start=time(9, 30))
    for condition, shown in (("09:30", [{"start": "09:30:00"}]), ("10:30", [])):
        document = f'{{ shifts(where: {{start: {{equals: "{condition}"}}}}) {{ start }} }}'
        assert ask_data(client, document) == {"shifts": shown}


def test_a_field_of_an_unknown_kind_is_refused_by_name() -> None:
    class Odd(TextField):
        kind: ClassVar[str] = "txt"

    class OddSerializer(EntitySerializer):
        start = Odd()

        class Meta:
            model = Shift
            fields = ("start",)

    odd = type("OddViewSet", (EntityViewSet,), {"serializer_class": OddSerializer})
    with pytest.raises(ImproperlyConfigured, match=r"Shift\.start has no kind 'txt'.*decimal"):
        describe_entity(odd)
