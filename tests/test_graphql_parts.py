"""Apps take part in the schema by their `graphql.py`."""

from collections.abc import Callable
from inspect import unwrap
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from graphql import GraphQLObjectType, GraphQLSchema, graphql_sync, validate_schema

from api_http.graphql.checks import check_schema
from api_http.graphql.schema import load_schema
from entity_api import EntitySerializer
from entity_api.description.registry import describe_entity
from entity_api.graphql.operations import Operations
from entity_api.rest.viewset import make_viewset
from tests.shop.models import Product

GREETING = """
from graphql import GraphQLField, GraphQLString
queries = {"greeting": GraphQLField(GraphQLString, resolve=lambda _, info: "Hello")}
"""
INTERFACE = """
from graphql import GraphQLField, GraphQLInterfaceType, GraphQLString
queries = {"named": GraphQLField(GraphQLInterfaceType("Named", {"name": GraphQLField(GraphQLString)}))}
"""
EMPTY_INPUT = """
from graphql import GraphQLArgument, GraphQLField, GraphQLInputObjectType, GraphQLString
nothing = GraphQLInputObjectType("Nothing", {})
queries = {"greeting": GraphQLField(GraphQLString, {"data": GraphQLArgument(nothing)})}
"""
Install = Callable[..., GraphQLSchema]


@pytest.fixture
def install(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install apps with these texts as their `graphql.py`, and join the schema."""
    monkeypatch.syspath_prepend(tmp_path)

    def join(**modules: str) -> GraphQLSchema:
        for name, text in modules.items():
            (tmp_path / name).mkdir()
            (tmp_path / name / "__init__.py").touch()
            (tmp_path / name / "graphql.py").write_text(text)
        settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, *modules]
        schema: GraphQLSchema = unwrap(load_schema)()
        return schema

    return join


def test_an_app_adds_queries_of_its_own(install: Install) -> None:
    schema = install(part_one=GREETING)
    assert graphql_sync(schema, "{ greeting }").data == {"greeting": "Hello"}
    assert "customers" in schema.query_type.fields  # type: ignore[union-attr]


def test_parts_that_do_not_fit_stop_the_start(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api_http.graphql.checks.load_schema", unwrap(load_schema))
    assert check_schema() == []
    with pytest.raises(ImproperlyConfigured):
        install(part_seven="query = {}")
    (fault,) = check_schema()
    assert fault.id == "api_http.E001"
    assert "part_seven.graphql brings nothing" in fault.msg


def test_a_schema_that_is_not_valid_stops_the_start(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api_http.graphql.checks.load_schema", unwrap(load_schema))
    install(part_eight=EMPTY_INPUT)
    (fault,) = check_schema()
    assert fault.id == "api_http.E002"
    assert "Input Object type Nothing must define one or more fields" in fault.msg


def test_two_apps_cannot_have_one_name(install: Install) -> None:
    with pytest.raises(
        ImproperlyConfigured,
        match=r"part_two\.graphql and part_three\.graphql both have 'greeting'",
    ):
        install(part_two=GREETING, part_three=GREETING)


def test_a_broken_part_shows_its_own_error(install: Install) -> None:
    with pytest.raises(ModuleNotFoundError, match="nothing_of_that_name"):
        install(part_four="import nothing_of_that_name")


def test_a_part_with_a_misspelt_dict_is_reported(install: Install) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"part_five\.graphql brings nothing"):
        install(part_five="query = {}")


def test_interfaces_and_unions_are_refused(install: Install) -> None:
    with pytest.raises(ImproperlyConfigured, match="Named"):
        install(part_six=INTERFACE)


def test_an_entity_of_which_nothing_can_be_written_is_served() -> None:
    class ReadOnlySerializer(EntitySerializer):
        class Meta:
            model = Product
            fields = ("name",)
            read_only_fields = fields

    viewset = make_viewset(Product, ReadOnlySerializer)
    viewset.plural = "products"
    entity = describe_entity(viewset)
    made = Operations({Product: entity})
    mutations = made.mutations(entity)
    assert mutations.keys() == {"deleteProduct", "deleteManyProducts"}
    query = GraphQLObjectType("Query", made.queries(entity))
    schema = GraphQLSchema(query, GraphQLObjectType("Mutation", mutations))
    assert validate_schema(schema) == []
