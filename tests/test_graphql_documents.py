"""A document is parsed and validated once, unless its text may hold a password."""

from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from api_http.graphql import execution
from api_http.graphql.documents import prepare_document
from tests.graph import ask_data

CREATE = "mutation ($data: AddressCreateInput!) { createAddress(data: $data) { %s: id } }"
KEPT = {
    "a query with literals": '{ addresses(take: 1, where: {city: {equals: "a"}}) { %s: id } }',
    "a mutation with variables": CREATE,
    "a mutation with a choice": "mutation ($data: AddressCreateInput!)"
    " { createAddress(data: $data) @include(if: true) { address_1 %s: id } }",
}
FORGOTTEN = {
    "a text": 'mutation { createAddress(data: {city: "Bern"}) { %s: id } }',
    "a long text": 'mutation { createAddress(data: {city: """Bern"""}) { %s: id } }',
    "a number": "mutation { createAddress(data: {zip: 3000}) { %s: id } }",
    "a negative number": "mutation { createAddress(data: {zip: -3000}) { %s: id } }",
    "a comment": f"# my password\n{CREATE}",
    "a default": 'mutation ($city: String = "Bern") { createAddress(data: {city: $city}) { %s: id } }',
}


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that were parsed."""
    texts: list[str] = []

    def note(schema: Any, text: str) -> Any:
        texts.append(text)
        return prepare_document(schema, text)

    monkeypatch.setattr(execution, "prepare_document", note)
    return texts


def ask_twice(client: APIClient, text: str) -> str:
    # No other test has sent this document.
    document = text % f"id_{uuid4().hex}"
    for _ in range(2):
        ask_data(client, document, data={"city": "Bern"})
    return document


@pytest.mark.parametrize("kind", KEPT)
def test_a_document_is_parsed_once(rest: APIClient, prepared: list[str], kind: str) -> None:
    document = ask_twice(rest, KEPT[kind])
    assert prepared == [document]


@pytest.mark.parametrize("kind", FORGOTTEN)
def test_a_mutation_with_a_value_in_its_text_is_not_kept(
    rest: APIClient, prepared: list[str], kind: str
) -> None:
    document = ask_twice(rest, FORGOTTEN[kind])
    assert prepared == [document] * 2
