"""A small domain for what the sample domain has not: constraints, needed links, big integers,
many-to-many.

Its models are in no migration. The fixture `lab` serves them by REST and GraphQL. Their tables are
there for a module of tests.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, ClassVar

import pytest
from django.db import connection, models
from django.db.models.functions import Lower
from django.test.utils import isolate_apps
from django.urls import include, path
from graphql import GraphQLObjectType, GraphQLSchema
from rest_framework.permissions import AllowAny
from rest_framework.test import APIClient

from api_http.graphql import execution
from api_http.graphql.view import GraphQLView
from entity_api.description.model import Entity
from entity_api.description.registry import VIEWSETS, describe_entity
from entity_api.description.serializer import EntitySerializer
from entity_api.graphql.operations import Operations
from entity_api.rest.router import EntityRouter
from entity_api.rest.viewset import EntityViewSet
from tests.lab_files import Paper
from tests.lab_sample import Bounded, Sample

with isolate_apps("tests.shop"):

    class Thing(Entity):
        objects: ClassVar[models.Manager[Any]] = models.Manager()

        class Meta(Entity.Meta):
            abstract = True
            app_label = "shop"

    class Room(Thing):
        name = models.CharField(max_length=50, null=True)
        code = models.CharField(max_length=50, null=True, unique=True)
        tags: Any = models.ManyToManyField("Tag", related_name="rooms")

        class Meta(Thing.Meta):
            abstract = False
            constraints: ClassVar = [
                models.UniqueConstraint(Lower("name"), name="room_name_folded")
            ]

    class Tag(Thing):
        name = models.CharField(max_length=50, null=True)

        class Meta(Thing.Meta):
            abstract = False

    class Slot(Thing):
        """Its room may not be deleted while it is there."""

        start = models.IntegerField()
        end = models.IntegerField(null=True)
        room = models.ForeignKey(Room, models.PROTECT, null=True, related_name="slots")

        class Meta(Thing.Meta):
            abstract = False
            constraints: ClassVar = [
                models.CheckConstraint(
                    condition=models.Q(end__gt=models.F("start")),
                    name="slot_order",
                    violation_error_message="A slot must end after its start.",
                ),
                models.UniqueConstraint(fields=["room", "start"], name="slot_once"),
                models.UniqueConstraint(
                    fields=["end"],
                    condition=models.Q(start=0),
                    name="slot_first",
                    violation_error_message="There is a first slot with this end.",
                ),
            ]

    class Seat(Thing):
        """Its row has to be there, and clients cannot say it."""

        label = models.CharField(max_length=50, null=True)
        row = models.IntegerField()

        class Meta(Thing.Meta):
            abstract = False

    class Key(Thing):
        room = models.OneToOneField(Room, models.CASCADE, null=True, related_name="+")
        number = models.BigIntegerField(null=True)
        count = models.PositiveBigIntegerField(null=True)

        class Meta(Thing.Meta):
            abstract = False


def list_own_fields(model: type[models.Model]) -> tuple[str, ...]:
    """Return the names of all fields that the base of entities does not have."""
    base = {"id", "created_at", "updated_at"}
    return tuple(field.name for field in model._meta.fields if field.name not in base)


MODELS: tuple[type[models.Model], ...] = (Tag, Room, Slot, Seat, Key, Sample, Bounded, Paper)
FIELDS = {
    Room: ("name", "code", "tags", "slots"),
    Tag: ("name", "rooms"),
    Slot: ("start", "end", "room"),
    Seat: ("label",),
    Key: ("room", "number", "count"),
    Sample: list_own_fields(Sample),
    Bounded: list_own_fields(Bounded),
    Paper: list_own_fields(Paper),
}


def make_viewset(served: Any) -> type[EntityViewSet]:
    meta = type("Meta", (), {"model": served, "fields": FIELDS[served]})
    serializer = type(f"{served.__name__}Serializer", (EntitySerializer,), {"Meta": meta})
    members = {
        "queryset": served.objects.all(),
        "serializer_class": serializer,
        "permission_classes": (AllowAny,),
        "authentication_classes": (),
    }
    return type(f"{served.__name__}ViewSet", (EntityViewSet,), members)


ROUTER = EntityRouter()
for _model in MODELS:
    ROUTER.register(f"{_model.__name__.lower()}s", make_viewset(_model))
LAB_VIEWSETS = {model: VIEWSETS.pop(model) for model in MODELS}


def make_urls() -> ModuleType:
    urls: Any = ModuleType("lab_urls")
    urls.urlpatterns = [path("api/", include(ROUTER.urls)), path("graphql", GraphQLView.as_view())]
    return urls  # type: ignore[no-any-return]


@functools.cache
def make_schema() -> GraphQLSchema:
    served = {model: describe_entity(LAB_VIEWSETS[model]) for model in MODELS}
    operations = Operations(served)
    queries: dict[str, Any] = {}
    mutations: dict[str, Any] = {}
    for each in served.values():
        queries |= operations.queries(each)
        mutations |= operations.mutations(each)
    return GraphQLSchema(
        GraphQLObjectType("Query", queries), GraphQLObjectType("Mutation", mutations)
    )


def serve_lab(settings: Any, monkeypatch: pytest.MonkeyPatch) -> APIClient:
    """Serve the domain; the client calls it without credentials, which it does not ask for."""
    for model, viewset in LAB_VIEWSETS.items():
        monkeypatch.setitem(VIEWSETS, model, viewset)
    schema = make_schema()
    monkeypatch.setattr(execution, "load_schema", lambda: schema)
    settings.ROOT_URLCONF = make_urls()
    return APIClient()


@contextmanager
def make_tables() -> Iterator[None]:
    with connection.schema_editor() as editor:
        for model in MODELS:
            editor.create_model(model)
    yield
    with connection.schema_editor() as editor:
        for model in reversed(MODELS):
            editor.delete_model(model)


def empty_tables() -> None:
    """Delete all rows, which Django's own emptying of the database does not find."""
    for model in reversed(MODELS):
        model._base_manager.all().delete()
