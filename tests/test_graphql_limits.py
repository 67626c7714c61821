"""What asks for too much is refused before it costs anything."""

import time
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from graphql import get_introspection_query
from rest_framework.test import APIClient

from tests.graph import ask, ask_error

pytestmark = pytest.mark.usefixtures("quick_hashes")
BRANCH = "orders {{ customer {{ ...F{0} }} }}".format
DOUBLING = " ".join(f"fragment F{i} on Customer {{ x: {BRANCH(i + 1)} y: {BRANCH(i + 1)} }}" for i in range(14))
LISTS = """
fragment A on Query { a: customers { ...B } }
fragment B on Customer { orders { id quantity discount product { id name } } }
"""
REFUSED = {
    "too deep": ("{ customers {" + "orders { customer {" * 9 + "id" + "} }" * 9 + "} }", "16 levels of fields"),
    "too deep in fragments": (
        "{ customers { ...F0 } } " + DOUBLING + " fragment F14 on Customer { id }",
        "levels of fields",
    ),
    "doubling at one level": (
        "{ customers { ...F0 } } "
        + " ".join(f"fragment F{i} on Customer {{ ...F{i + 1} ...F{i + 1} }}" for i in range(40))
        + " fragment F40 on Customer { id }",
        "1000 fields",
    ),
    "a cycle": ("{ customers { ...A } } fragment A on Customer { orders { customer { ...A } } }", "spreads itself"),
    "a cycle at one level": ("{ customers { ...A } } fragment A on Customer { ...A }", "spreads itself"),
    "a chain of fragments": (
        "{ customers { ...F0 } } " + " ".join(f"fragment F{i} on Customer {{ ...F{i + 1} }}" for i in range(60)),
        "50 operations and fragments",
    ),
    "aliases": ("{ customers {" + " ".join(f"a{i}: id" for i in range(51)) + "} }", "50 aliases"),
    "root fields": ("{" + " ".join(f"a{i}: userInfo {{ id }}" for i in range(21)) + "}", "20 fields at its top"),
    "logins": (
        "mutation {"
        + " ".join(f'a{i}: login(credentials: {{username: "a", password: "{i}"}}) {{ id }}' for i in range(100))
        + "}",
        "20 fields at its top",
    ),
    "directives": ("{ customers { id " + "@skip(if: false) " * 51 + "} }", "50 directives"),
    "unknown directives": ("{ customers { id " + "@x " * 900 + "} }", "50 directives"),
    "the product of takes": ("{ customers(take: 1000) { orders(take: 1000) { id } } }", "100000 values"),
    "takes by default": (
        "query ($n: Float = 1000) { customers(take: $n) { orders(take: $n) { id } } }",
        "100000 values",
    ),
    "lists in fragments": ("{ ...A b: customers { ...B } } " + LISTS, "100000 values"),
    "lists in lists": ("{ customers { orders { product { orders { id } } } } }", "100000 values"),
    "one field often": ("{ customer(where: {id: 1}) {" + " id" * 1500 + "} }", "1000 fields"),
    "many arguments": ("{ customers(" + " ".join(f"x{i}: 1" for i in range(1000)) + ") { id } }", "2000 tokens"),
    "a long name": ("{" + "a" * 1_000_000 + "}", "50000 code points"),
    "a long text": ('{ customers(where: {id: {equals: "' + "a" * 1_000_000 + '"}}) { id } }', "50000 code points"),
    "a long comment": ("#" + "a" * 1_000_000, "50000 code points"),
    "commas": ("," * 1_000_000, "50000 code points"),
    "open braces": ("{" * 40_000, "Expected Name"),
    "nested lists": ("{ customers(where: {id: {in: " + "[" * 900 + "]" * 900 + "}}) { id } }", "nested too deeply"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_refuses_at_once(as_user: APIClient, name: str) -> None:
    query, words = REFUSED[name]
    ask(as_user, "{ __typename }")  # the schema is made at the first request
    spent = []
    for _ in range(3):  # of which the best counts: on a busy machine one may take any time
        started = time.process_time()
        error = ask_error(as_user, query)
        spent.append(time.process_time() - started)
    assert min(spent) < 0.1
    assert words in error["message"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


def test_the_usual_introspection_passes(db: None, api: APIClient, settings: Any) -> None:
    settings.GRAPHQL_INTROSPECTION = True
    full = get_introspection_query(specified_by_url=True, schema_description=True, input_value_deprecation=True)
    assert ask(api, full)["data"]["__schema"]["types"]


def test_it_refuses_to_introspect_in_circles(db: None, api: APIClient, settings: Any) -> None:
    settings.GRAPHQL_INTROSPECTION = True
    circle = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }"
    assert "introspection depth" in ask_error(api, circle)["message"]
    once = "__schema { types { fields { args { name } type { fields { type { name } } } } } }"
    several = "{" + " ".join(f"a{i}: {once}" for i in range(15)) + "}"
    assert "100000 values" in ask_error(api, several)["message"]


def test_one_request_tries_one_password(db: None, api: APIClient) -> None:
    get_user_model().objects.create_user("ada", password="ada")
    tries = 'login(credentials: {username: "ada", password: "%s"}) { username }'
    answer = ask(api, f"mutation {{ a: {tries % 'ada'} b: {tries % 'ada'} }}")
    assert answer["data"] is None
    assert answer["errors"][0]["path"] == ["b"]
    assert answer["errors"][0]["extensions"]["code"] == "TOO_MANY_REQUESTS"


def test_it_refuses_a_batch(db: None, api: APIClient) -> None:
    response = api.post("/graphql", [{"query": "{ __typename }"}])
    assert response.status_code == 400
    assert response.json()["errors"][0]["message"] == "Batches are not supported; send one operation a request."


def test_it_takes_take_from_a_variable_into_account(as_user: APIClient) -> None:
    query = "query ($n: Float) { customers(take: $n) { orders(take: $n) { id } } }"
    for _ in range(2):  # what fits is measured once, for these values of the variables
        assert "errors" not in ask(as_user, query, n=10)
        assert "100000 values" in ask_error(as_user, query, n=1000)["message"]


@pytest.mark.parametrize("n", [float(2**80), -5, 1.5, "many", [1], {}, True])
def test_a_strange_take_is_no_fault_of_the_server(as_user: APIClient, n: Any) -> None:
    error = ask_error(as_user, "query ($n: Float) { customers(take: $n) { id } }", n=n)
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("number", [2_001, 40_000])
def test_conditions_hold_a_limited_number_of_values(as_user: APIClient, number: int) -> None:
    query = "query ($w: CustomerWhereInput) { customers(where: $w) { id } }"
    fields = ("email", "phone", "firstName", "lastName")
    error = ask_error(as_user, query, w={name: {"in": ["x"] * (number // 4 + 1)} for name in fields})
    assert error["extensions"]["errors"][0]["code"] == "too_many"


def test_it_reads_a_limited_number_of_rows(as_user: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from entities.models import Customer

    monkeypatch.setattr("entities.graph.limits.MOST_ROWS", 3)
    Customer.objects.bulk_create(Customer() for _ in range(2))
    assert "errors" not in ask(as_user, "{ customers { id } }")
    error = ask_error(as_user, "{ customers { id } again: customers { id } }")
    assert error["extensions"]["errors"][0]["pointer"] == "#/take"
