"""The program in Swift is Swift by its syntax, and names what the OpenAPI document has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import tree_sitter_swift
from tree_sitter import Language, Parser

from tests.swift_program import (
    SENT,
    SOURCE,
    find_calls,
    find_headers,
    find_query,
    find_structs,
)

DOCUMENT = json.loads((Path(__file__).parent / "schemas" / "openapi.json").read_bytes())
# What is sent and what is read, by the names of the schemas.
SCHEMAS = {
    "Tokens": ("Login", "TokenPair"),
    "Credentials": ("CredentialsRequest",),
    "Refresh": ("RefreshRequest", "LogoutRequest"),
    "CustomerChange": ("CustomerRequest", "PatchedCustomerRequest"),
    "Customer": ("Customer",),
    "Problem": ("Problem",),
    "Fault": ("Fault",),
}
TYPES = {"String": "string", "Int": "integer", "[Fault]": "array"}
OF_HTTP = {"Authorization", "Content-Type"}


def test_its_syntax_is_right() -> None:
    tree = Parser(Language(tree_sitter_swift.language())).parse(SOURCE.encode())
    assert not tree.root_node.has_error


def test_each_of_its_requests_is_in_the_document() -> None:
    known = {(method.upper(), path) for path, item in DOCUMENT["paths"].items() for method in item}
    assert find_calls() <= known


def test_its_structs_are_all_compared() -> None:
    assert find_structs().keys() == SCHEMAS.keys()


@pytest.mark.parametrize(
    ("struct", "schema"), [(struct, name) for struct, names in SCHEMAS.items() for name in names]
)
def test_its_fields_are_in_the_document(struct: str, schema: str) -> None:
    described = DOCUMENT["components"]["schemas"][schema]
    fields = find_structs()[struct]
    for name, kind in fields.items():
        types = described["properties"][name]["type"]
        types = types if isinstance(types, list) else [types]
        assert TYPES[kind.rstrip("?")] in types
        may_lack = "null" in types or name not in described.get("required", ())
        assert struct in SENT or kind.endswith("?") == may_lack
    assert struct not in SENT or set(described.get("required", ())) <= fields.keys()


def test_its_headers_and_parameters_are_in_the_document() -> None:
    operations = [value for item in DOCUMENT["paths"].values() for value in item.values()]
    sent = {parameter["name"] for item in operations for parameter in item.get("parameters", ())}
    answers: list[dict[str, Any]] = [
        answer for item in operations for answer in item["responses"].values()
    ]
    read = {name for answer in answers for name in answer.get("headers", ())}
    assert find_headers() - OF_HTTP <= sent | read
    assert {name.partition("[")[0] for name in find_query()} <= sent
