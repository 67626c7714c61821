"""Serves viewsets with own actions, in place of those of the tests' domain."""

from types import ModuleType
from typing import Any

import pytest
from django.urls import include, path
from graphql import GraphQLObjectType, GraphQLSchema

from api_http.graphql import execution
from entity_api import EntityRouter
from entity_api.description.registry import VIEWSETS, describe_entity
from entity_api.graphql.actions import join_fields
from entity_api.graphql.operations import Operations
from tests.urls import urlpatterns as service


def serve(monkeypatch: pytest.MonkeyPatch, settings: Any, **viewsets: Any) -> None:
    """Serve these viewsets by their plurals on all surfaces, for one test."""
    router = EntityRouter()
    for plural, viewset in viewsets.items():
        monkeypatch.setitem(VIEWSETS, viewset.queryset.model, viewset)
        router.register(plural, viewset)
    urls: Any = ModuleType("urls_of_own_actions")
    urls.urlpatterns = [path("api/", include(router.urls)), *service]
    settings.ROOT_URLCONF = urls
    entities = [describe_entity(viewset) for viewset in VIEWSETS.values()]
    made = Operations({entity.model: entity for entity in entities})
    schema = GraphQLSchema(
        GraphQLObjectType("Query", join_fields(map(made.queries, entities))),
        GraphQLObjectType("Mutation", join_fields(map(made.mutations, entities))),
    )
    monkeypatch.setattr(execution, "load_schema", lambda: schema)
