"""Each kind of field, on REST, in conditions and orders, on GraphQL and in OpenAPI."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from rest_framework.exceptions import ValidationError
from rest_framework.test import APIClient

from entity_api.description.fields import TextField
from tests.graph import ask, ask_data
from tests.lab_sample import Sample
from tests.rest import assert_problem, find_pointers, read_next


@dataclass(frozen=True)
class Case:
    """A field, two of its values in ascending order, and values that are refused.

    `shown` is the first value as REST shows it, if it differs. `graphql` are the two values there.
    `wrong` is refused in a body, `never` in a condition as well.
    """

    field: str
    values: tuple[Any, Any]
    wrong: tuple[Any, ...]
    type: str
    shown: Any = None
    graphql: tuple[Any, Any] | None = None
    never: str | None = None
    sortable: bool = True

    @property
    def first(self) -> Any:
        return self.values[0] if self.shown is None else self.shown


ID = "01a2209b-0096-7393-877b-6aa88f691b5"
CASES = (
    Case("title", ("a", "b"), (1, True, ["a"]), "String"),
    Case("body", ("a", "b"), (1, {}), "String"),
    Case("email", ("a@example.org", "b@example.org"), ("a", 1), "String"),
    Case("url", ("https://a.example/", "https://b.example/"), ("a", 1), "String"),
    Case("slug", ("a-1", "b-1"), ("a b", 5), "String"),
    Case("ip", ("192.0.2.1", "192.0.2.2"), ("a", 5, "1.2"), "String", never="a", sortable=False),
    Case("uuid", (f"{ID}1", f"{ID}2"), ("a", 5, ID), "String"),
    Case("count", (1, 2), ("1", 1.5, True, 2**31), "Float", never="a"),
    Case("small", (1, 2), ("1", -1, 32768), "Float", never="a"),
    Case("big", (1, 2**53 - 1), (2**63, "1", 1.5), "BigInt", never="a"),
    Case("ratio", (0.5, 1.5), ("1", True), "Float", never="a"),
    Case(
        "price",
        ("9.500", "12345678901.125"),
        ("a", True, "1_0", "1.0001", 10**12, "NaN", [1]),
        "Decimal",
        never="a",
    ),
    Case("flag", (False, True), ("true", 1), "Boolean", never="a"),
    Case(
        "seenAt",
        ("2026-01-31T12:00:00.000Z", "2026-02-01T12:00:00.000Z"),
        ("a", 5),
        "DateTime",
        never="a",
    ),
    Case(
        "day",
        ("2026-01-31T00:00:00.000Z", "2026-02-01"),
        ("2026-01-31T00:00:01Z", 5, "2026-02-30", "2026-02-30T00:00:00Z"),
        "Date",
        shown="2026-01-31",
        never="a",
    ),
    Case("hour", ("08:30:00", "12:00:00.5"), ("a", 5, "25:00", "08:30Z"), "Time", never="a"),
    Case(
        "length",
        ("PT90M", "P1DT0.5S"),
        ("a", 5, "P", "PT", "P1Y", "P1M", "01:00", "P999999999D"),
        "Duration",
        shown="PT1H30M",
        never="a",
    ),
    Case(
        "data",
        ({"a": [1, None, "é"]}, "text"),
        ({"a": "\0"}, {"\0": 1}),
        "JSON",
        never="{a",
        sortable=False,
    ),
    Case(
        "status",
        ("2nd", "in-progress"),
        ("Draft", "", 2, ["draft"], {}),
        "EnumSampleStatus",
        graphql=("_2nd", "in_progress"),
        never="Draft",
    ),
    Case("level", (1, 2), ("1", 3, True, 1.5), "EnumSampleLevel", graphql=("_1", "_2"), never="3"),
)
LIST_WRONG = ("red", ["pink"], ["red", "red"], [1], None, {"0": "red"}, [["red"]])
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.field)


def make(lab: APIClient, **values: Any) -> dict[str, Any]:
    made = lab.post("/api/samples", values)
    assert made.status_code == 201, made.content
    body: dict[str, Any] = made.json()
    assert lab.get(f"/api/samples/{body['id']}").json() == body
    return body


def find(lab: APIClient, query: dict[str, Any]) -> list[Any]:
    found = lab.get(f"/api/samples?{urlencode(query)}")
    assert found.status_code == 200, found.content
    return [row["id"] for row in found.json()]


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


@each_case
def test_rest_writes_shows_and_clears_it(lab: APIClient, case: Case) -> None:
    body = make(lab, **{case.field: case.values[0]})
    assert body[case.field] == case.first
    assert lab.get("/api/samples").json() == [body]
    address = f"/api/samples/{body['id']}"
    changed = lab.patch(address, {case.field: case.values[1]}).json()
    assert changed[case.field] == lab.get(address).json()[case.field] != case.first
    assert lab.patch(address, {case.field: None}).json()[case.field] is None


@each_case
def test_rest_refuses_other_values(lab: APIClient, case: Case) -> None:
    for value in case.wrong:
        answer = lab.post("/api/samples", {case.field: value})
        assert {pointer.split("/")[1] for pointer in find_pointers(answer)} == {case.field}, value
    assert not Sample.objects.exists()


def test_white_space_is_content(lab: APIClient) -> None:
    made = make(lab, title="  a ")
    assert made["title"] == "  a "
    assert find(lab, {"where[title]": "  a "}) == [made["id"]]
    # A needed text may not be empty. As with Amplication it may be white space.
    assert TextField().run_validation("  ") == "  "
    with pytest.raises(ValidationError):
        TextField().run_validation("")


@each_case
def test_conditions_find_it(lab: APIClient, case: Case) -> None:
    one, two, none = (make(lab, **{case.field: value})["id"] for value in (*case.values, None))
    name = f"where[{case.field}]"
    texts = [json.dumps(v) if case.type == "JSON" else as_text(v) for v in case.values]
    assert find(lab, {name: texts[0]}) == [one]
    assert find(lab, {f"{name}[equals]": texts[1]}) == [two]
    assert find(lab, {f"{name}[not]": texts[0]}) == [two]
    assert find(lab, {f"{name}[isNull]": "true"}) == [none]
    if case.type != "JSON":
        assert set(find(lab, {f"{name}[in][0]": texts[0], f"{name}[in][1]": texts[1]})) == {
            one,
            two,
        }
        assert find(lab, {f"{name}[notIn]": texts[0]}) == [two]
    if case.never is not None:
        assert_problem(lab.get("/api/samples", {name: case.never}), 400)


@each_case
def test_orders_and_pages_follow_it(lab: APIClient, case: Case) -> None:
    ids = [make(lab, **{case.field: value})["id"] for value in (*case.values, None)]
    for direction, expected in (("asc", ids), ("desc", ids[::-1])):
        address = f"/api/samples?orderBy[{case.field}]={direction}&take=1"
        if not case.sortable:
            assert_problem(lab.get(address), 400)
            continue
        found: list[str] = []
        while address and len(found) < 3:
            page = lab.get(address)
            assert page.status_code == 200, page.content
            found += [row["id"] for row in page.json()]
            address = read_next(page)
        assert found == expected


@each_case
def test_graphql_writes_finds_and_shows_it(lab: APIClient, case: Case) -> None:
    values = case.graphql or case.values
    create = "mutation ($data: SampleCreateInput!) { createSample(data: $data) { id %s } }"
    made = [
        ask_data(lab, create % case.field, data={case.field: value})["createSample"]
        for value in (*values, None)
    ]
    assert made[0][case.field] == (case.graphql or (case.first,))[0]
    query = f"query ($where: SampleWhereInput) {{ samples(where: $where) {{ id {case.field} }} }}"
    equals = values[0] if case.graphql else {"equals": values[0]}
    assert ask_data(lab, query, where={case.field: equals})["samples"] == [made[0]]
    found = ask_data(lab, query, where={case.field: None if case.graphql else {"equals": None}})
    assert found["samples"] == [made[2]]
    for value in case.wrong[:1]:
        refused = ask(lab, create % case.field, data={case.field: value})
        assert refused["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_graphql_lists_all_kinds_at_once(lab: APIClient) -> None:
    make(lab, **{case.field: case.values[0] for case in CASES}, colors=["red"])
    fields = [case.field for case in CASES]
    (row,) = ask_data(lab, f"{{ samples {{ {' '.join(fields)} colors }} }}")["samples"]
    shown = {case.field: case.graphql[0] if case.graphql else case.first for case in CASES}
    assert row == {**shown, "colors": ["red"]}


def test_graphql_compares_option_sets_with_more_operators(lab: APIClient) -> None:
    draft, second, none = (make(lab, status=each)["id"] for each in ("draft", "2nd", None))
    for where, expected in (
        ("status: draft", {draft}),
        ("status: null", {none}),
        ("status_not: draft", {second}),
        ("status_not: null", {draft, second}),
        ("status_in: [draft, _2nd]", {draft, second}),
        ("status_notIn: [_2nd]", {draft}),
        ("status: draft, status_in: [_2nd]", set()),
    ):
        found = ask_data(lab, f"{{ samples(where: {{{where}}}) {{ id }} }}")["samples"]
        assert {row["id"] for row in found} == expected, where


def test_a_list_of_choices_is_written_and_shown(lab: APIClient) -> None:
    body = make(lab, colors=["light blue", "red"])
    assert body["colors"] == ["light blue", "red"]
    assert make(lab)["colors"] == []
    for value in LIST_WRONG:
        answer = lab.patch(f"/api/samples/{body['id']}", {"colors": value})
        assert find_pointers(answer)[0].startswith("#/colors")
    create = "mutation { createSample(data: {colors: [light_blue]}) { colors } }"
    assert ask_data(lab, create) == {"createSample": {"colors": ["light_blue"]}}


LIST_CONDITIONS = (
    ("[has]=red", "has: red", "both red"),
    ("[hasSome][]=red&where[colors][hasSome][]=green", "hasSome: [red, green]", "both red green"),
    ("[hasEvery][]=red&where[colors][hasEvery][]=green", "hasEvery: [red, green]", "both"),
    ("[hasSome]=green", "hasSome: [green]", "both green"),
    ("[isEmpty]=true", "isEmpty: true", "empty"),
    ("[isEmpty]=false", "isEmpty: false", "both red green"),
)


@pytest.mark.parametrize(("rest", "graphql", "expected"), LIST_CONDITIONS)
def test_a_list_of_choices_is_found_by_its_items(
    lab: APIClient, rest: str, graphql: str, expected: str
) -> None:
    stored = {"both": ["green", "red"], "red": ["red"], "green": ["green"], "empty": []}
    for title, colors in stored.items():
        make(lab, title=title, colors=colors)
    found = lab.get(f"/api/samples?where[colors]{rest}").json()
    assert {row["title"] for row in found} == set(expected.split())
    query = f"{{ samples(where: {{colors: {{{graphql}}}}}) {{ title }} }}"
    assert ask_data(lab, query)["samples"] == [{"title": row["title"]} for row in found]


@pytest.mark.parametrize(
    "query",
    [
        "where[colors]=red",
        "where[colors][has]=pink",
        "where[colors][isEmpty]=1",
        "where[colors][hasSome][]=pink",
        "orderBy[colors]=asc",
        "where[data][contains]=a",
        "where[price][in][]=x",
        "where[status][gt]=draft",
        "where[ip][contains]=1",
    ],
)
def test_other_conditions_are_refused(lab: APIClient, query: str) -> None:
    assert_problem(lab.get(f"/api/samples?{query}"), 400)


def test_decimals_are_compared_with_all_their_digits(lab: APIClient) -> None:
    make(lab, price="1.005")
    for query, count in (
        ("equals]=1.005", 1), ("equals]=1.00500", 1), ("equals]=1.0051", 0),
        ("gt]=1.00499999", 1), ("gt]=1e300", 0), ("lt]=1e300", 1), ("gt]=-1e9999", 1),
        ("in][]=1.005", 1), ("not]=1.0051", 1),
    ):  # fmt: skip
        found = lab.get(f"/api/samples?where[price][{query}")
        assert (found.status_code, len(found.json())) == (200, count), query
    assert make(lab, price=1.25)["price"] == "1.250"


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        ({"a": 1, "b": [1.0, 2]}, '{"b": [1, 2.0], "a": 1}'),
        ("5", '"5"'),
        (5, "5.0"),
        (True, "true"),
        ([], "[]"),
        ("null", '"null"'),
    ],
)
def test_json_is_equal_whatever_its_writing(lab: APIClient, stored: Any, asked: str) -> None:
    make(lab, data=stored)
    make(lab, data={"other": 1})
    assert [row["data"] for row in lab.get("/api/samples", {"where[data]": asked}).json()] == [
        stored
    ]


@pytest.mark.parametrize("number", [1e20, -1e100, 2.0**64])
def test_json_holds_numbers_that_no_integer_column_could(lab: APIClient, number: float) -> None:
    made = lab.post("/api/samples", {"data": {"a": [number]}})
    assert made.json()["data"] == {"a": [number]}
    assert [row["data"] for row in lab.get("/api/samples").json()] == [{"a": [number]}]
    assert ask_data(lab, "{ samples { data } }") == {"samples": [{"data": {"a": [number]}}]}
    assert lab.delete(f"/api/samples/{made.json()['id']}").status_code == 200


def test_json_may_not_be_too_deep(lab: APIClient) -> None:
    assert_problem(lab.post("/api/samples", {"data": json.loads("[" * 200 + "]" * 200)}), 400)
    deep = "[" * 200 + "]" * 200
    assert_problem(lab.get("/api/samples", {"where[data]": deep}), 400)
    answer = ask(lab, f"mutation {{ createSample(data: {{data: {{a: {10**30}}}}}) {{ id }} }}")
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
