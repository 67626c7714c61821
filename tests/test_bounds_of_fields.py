"""Defaults and bounds of a model's fields, on REST, GraphQL and in OpenAPI."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from drf_spectacular.generators import SchemaGenerator
from graphql import print_schema
from rest_framework.test import APIClient

from tests.graph import ask_data, ask_error
from tests.lab import make_schema
from tests.lab_sample import Bounded
from tests.rest import assert_problem, find_pointers

WRONG = {
    "code": ("a", "abcdef", "AB", None),
    "amount": (2, None, 2**31),
    "state": ("gone", "", None),
    "rate": (0.75, None),
    "doubled": (4,),
    "raw": ("AA==",),
}


def test_defaults_are_those_of_the_model(lab: APIClient) -> None:
    made = lab.post("/api/boundeds", {"code": "abc"})
    assert made.status_code == 201, made.content
    shown = {**made.json(), "id": "", "createdAt": "", "updatedAt": ""}
    values = {"amount": 7, "state": "draft", "stock": 4, "doubled": 14, "rate": 1.0, "raw": None}
    values["weight"] = 3
    values["fee"] = "0.00"
    assert shown == {"id": "", "createdAt": "", "updatedAt": "", "code": "abc", **values}
    assert lab.get(f"/api/boundeds/{made.json()['id']}").json() == made.json()
    created = ask_data(
        lab, 'mutation { createBounded(data: {code: "xy"}) { stock doubled state raw } }'
    )
    assert created["createBounded"] == {"stock": 4, "doubled": 14, "state": "draft", "raw": None}


@pytest.mark.parametrize("field", WRONG)
def test_rest_refuses_what_is_out_of_bounds(lab: APIClient, field: str) -> None:
    for value in WRONG[field]:
        answer = lab.post("/api/boundeds", {"code": "abc", field: value})
        assert find_pointers(answer) == [f"#/{field}"]
    assert not Bounded.objects.exists()


def test_graphql_refuses_what_is_out_of_bounds(lab: APIClient) -> None:
    for data in ('code: "AB"', 'code: "abc", amount: 2', 'code: "abc", rate: 0.75'):
        error = ask_error(lab, f"mutation {{ createBounded(data: {{{data}}}) {{ id }} }}")
        assert error["extensions"]["code"] == "BAD_USER_INPUT"


def test_a_taken_value_is_a_conflict(lab: APIClient) -> None:
    lab.post("/api/boundeds", {"code": "abc"})
    answer = lab.post("/api/boundeds", {"code": "abc", "state": "2nd"})
    assert assert_problem(answer, 409)["errors"][0]["pointer"] == "#/code"


def test_a_generated_column_is_filtered_and_sorted(lab: APIClient) -> None:
    for code, amount in (("ab", 5), ("cd", 6)):
        lab.post("/api/boundeds", {"code": code, "amount": amount})
    assert [row["code"] for row in lab.get("/api/boundeds?where[doubled]=12").json()] == ["cd"]
    rows = lab.get("/api/boundeds?orderBy[doubled]=desc").json()
    assert [row["doubled"] for row in rows] == [12, 10]


def test_a_generated_value_out_of_range_is_no_fault_of_the_service(lab: APIClient) -> None:
    """SQLite has integers of one length. PostgreSQL refuses the row."""
    answer = lab.post("/api/boundeds", {"code": "ab", "amount": 2**31 - 1})
    if connection.vendor == "sqlite":
        assert answer.json()["doubled"] == 2**32 - 2
        return
    assert find_pointers(answer) == ["#"]
    error = ask_error(
        lab, 'mutation { createBounded(data: {code: "ab", amount: 2147483647}) { id } }'
    )
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert not Bounded.objects.exists()


def test_what_has_no_kind_is_shown_and_not_compared(lab: APIClient) -> None:
    Bounded.objects.create(code="abc", raw=b"\x01\xff")
    (shown,) = lab.get("/api/boundeds").json()
    assert shown["raw"] == "Af8="
    assert ask_data(lab, "{ boundeds { raw } }") == {"boundeds": [{"raw": "Af8="}]}
    assert_problem(lab.get("/api/boundeds?where[raw]=Af8%3D"), 400)


def test_openapi_says_them(lab: APIClient) -> None:
    generator: Any = SchemaGenerator
    schemas = generator().get_schema(request=None, public=True)["components"]["schemas"]
    fields, shown = schemas["BoundedRequest"]["properties"], schemas["Sample"]["properties"]
    code = {"type": "string", "minLength": 2, "maxLength": 5, "pattern": "^[a-z]+$"}
    assert fields["code"] == {**code, "description": "No two rows have the same value."}
    assert (fields["stock"]["default"], "default" in fields["weight"]) == (4, False)
    assert fields["fee"]["default"] == "0.00"
    assert fields["weight"]["description"] == "Without a value the database chooses it."
    assert (fields["amount"]["default"], fields["amount"]["minimum"]) == (7, 3)
    state = fields["state"]
    assert (
        state == {"$ref": "#/components/schemas/EnumBoundedState", "default": "draft"}
        or state["default"] == "draft"
    )
    assert schemas["BoundedRequest"]["required"] == ["code"]
    assert schemas["EnumSampleLevel"] == {"type": "integer", "enum": [1, 2]}
    reference = {"$ref": "#/components/schemas/EnumSampleColors"}
    assert shown["colors"] == {"type": "array", "items": reference, "uniqueItems": True}
    assert schemas["EnumSampleColorsListFilter"]["properties"]["has"] == reference
    formats = {"price": "decimal", "hour": "time-local", "length": "duration", "url": "uri"}
    assert {name: shown[name]["format"] for name in formats} == formats


def test_graphql_types_them(lab: APIClient) -> None:
    sdl = print_schema(make_schema())
    made = sdl.partition("input BoundedCreateInput {")[2].partition("}")[0]
    assert made.split("\n")[1:-1] == [
        "  code: String!",
        "  amount: Float",
        "  state: EnumBoundedState",
        "  stock: Float",
        "  weight: Float",
        "  rate: Float",
        "  fee: Decimal",
    ]
    where = sdl.partition("input SampleWhereInput {")[2].partition("}")[0]
    assert "  status: EnumSampleStatus\n" in where
    assert "  status_in: [EnumSampleStatus!]\n" in where
    assert "  colors: EnumSampleColorsListFilter\n" in where
    assert "  data: JsonFilter\n" in where
    assert "  big: BigIntFilter\n" in where
    assert "enum EnumSampleStatus {\n  draft\n  in_progress\n  _2nd\n}" in sdl
    assert "  colors: [EnumSampleColors!]!\n" in sdl
