"""Every operation and argument of GraphQL says what it does, and so does every operator."""

from collections.abc import Iterator

import pytest
from graphql import GraphQLSchema, get_named_type, is_input_object_type

from api_http.graphql.schema import load_schema


def list_undescribed(schema: GraphQLSchema) -> Iterator[str]:
    for part in (schema.query_type, schema.mutation_type):
        for name, field in (part.fields if part else {}).items():
            if not field.description:
                yield name
            yield from (
                f"{name}({each})" for each, arg in field.args.items() if not arg.description
            )


def test_every_operation_and_argument_has_a_description() -> None:
    assert list(list_undescribed(load_schema())) == []


@pytest.mark.parametrize("name", ["StringNullableFilter", "CustomerListRelationFilter"])
def test_every_operator_has_a_description(name: str) -> None:
    kind = get_named_type(load_schema().type_map[name])
    assert is_input_object_type(kind)
    assert [each for each, field in kind.fields.items() if not field.description] == []
