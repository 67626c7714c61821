"""What asks for too much is refused before it costs anything."""

import time
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from graphql import get_introspection_query
from rest_framework.test import APIClient

from tests.graph import ask, ask_error
from tests.rest import MISSING
from tests.shop.models import Customer
from tests.test_graphql_cost import add_rows

pytestmark = pytest.mark.usefixtures("quick_hashes")
BRANCH = "orders {{ customer {{ ...F{0} }} }}".format
DOUBLING = " ".join(
    f"fragment F{i} on Customer {{ x: {BRANCH(i + 1)} y: {BRANCH(i + 1)} }}" for i in range(14)
)
REFUSED = {
    "too deep": (
        "{ customers {" + "orders { customer {" * 9 + "id" + "} }" * 9 + "} }",
        "16 levels of fields",
    ),
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
    "a cycle": (
        "{ customers { ...A } } fragment A on Customer { orders { customer { ...A } } }",
        "spreads itself",
    ),
    "a cycle at one level": (
        "{ customers { ...A } } fragment A on Customer { ...A }",
        "spreads itself",
    ),
    "a chain of fragments": (
        "{ customers { ...F0 } } "
        + " ".join(f"fragment F{i} on Customer {{ ...F{i + 1} }}" for i in range(60)),
        "50 operations and fragments",
    ),
    "aliases": ("{ customers {" + " ".join(f"a{i}: id" for i in range(51)) + "} }", "50 aliases"),
    "root fields": (
        "{" + " ".join(f"a{i}: userInfo {{ id }}" for i in range(21)) + "}",
        "20 fields at its top",
    ),
    "logins": (
        "mutation {"
        + " ".join(
            f'a{i}: login(credentials: {{username: "a", password: "{i}"}}) {{ id }}'
            for i in range(100)
        )
        + "}",
        "20 fields at its top",
    ),
    "directives": ("{ customers { id " + "@skip(if: false) " * 51 + "} }", "50 directives"),
    "unknown directives": ("{ customers { id " + "@x " * 900 + "} }", "50 directives"),
    "one field often": ("{ customer(where: {id: 1}) {" + " id" * 1500 + "} }", "1000 fields"),
    "many arguments": (
        "{ customers(" + " ".join(f"x{i}: 1" for i in range(1000)) + ") { id } }",
        "2000 tokens",
    ),
    "a long name": ("{" + "a" * 1_000_000 + "}", "50000 code points"),
    "a long text": (
        '{ customers(where: {id: {equals: "' + "a" * 1_000_000 + '"}}) { id } }',
        "50000 code points",
    ),
    "a long comment": ("#" + "a" * 1_000_000, "50000 code points"),
    "commas": ("," * 1_000_000, "50000 code points"),
    "open braces": ("{" * 40_000, "Expected Name"),
    "nested lists": (
        "{ customers(where: {id: {in: " + "[" * 900 + "]" * 900 + "}}) { id } }",
        "nested too deeply",
    ),
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
    full = get_introspection_query(
        specified_by_url=True, schema_description=True, input_value_deprecation=True
    )
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
    assert (
        response.json()["errors"][0]["message"]
        == "Batches are not supported; send one operation a request."
    )


ROW = "id firstName lastName email phone address { id city }"
ORDER = "id quantity discount totalPrice createdAt product { id name itemPrice }"
ORDINARY = {
    "lists in lists": "{ addresses { city customers { firstName orders { quantity product { name } } } } }",
    "one row": f"query ($id: String) {{ customers(where: {{id: {{equals: $id}}}}) {{ {ROW} orders {{ {ORDER} }} }} }}",
    "large takes": "{ customers(take: 1000) { orders(take: 1000) { id customer { orders(take: 1000) { id } } } } }",
    "the same list often": "{"
    + " ".join(f"a{n}: customers {{ orders {{ {ORDER} }} }}" for n in range(9))
    + "}",
}


@pytest.mark.parametrize("query", ORDINARY.values(), ids=ORDINARY)
def test_what_is_read_counts_and_not_what_might_be(as_admin: APIClient, query: str) -> None:
    add_rows(5)
    assert "errors" not in ask(as_admin, query, **({"id": MISSING} if "$id" in query else {}))


# Of 3 customers with 4 orders each, all of one address and one product.
VALUES = [
    ("{ customers { id } }", 3),
    ("{ customers { id address { city __typename } } }", 3 * (2 + 2)),
    ("{ customers { orders { id again: id } } }", 3 * (1 + 4 * 2)),
    ("{ addresses { customers { address { customers { id } } } } }", 1 + 3 * (1 + (1 + 3))),
    ("{ a: customers { id } b: customers { ...B } } fragment B on Customer { id phone }", 3 + 6),
    (
        (
            "mutation ($id: String!) { updateCustomer(data: {}, where: {id: $id}) { orders { product "
            "{ name } } } }"
        ),
        1 + 4 * 2,
    ),
]


@pytest.mark.parametrize(("query", "values"), VALUES)
def test_an_answer_has_a_limited_number_of_values(
    as_admin: APIClient, monkeypatch: pytest.MonkeyPatch, query: str, values: int
) -> None:
    add_rows(3)
    variables = {"id": str(Customer.objects.first().pk)} if "$id" in query else {}  # type: ignore[union-attr]
    monkeypatch.setattr("entity_api.graphql.limits.MOST_VALUES", values)
    assert "errors" not in ask(as_admin, query, **variables)
    monkeypatch.setattr("entity_api.graphql.limits.MOST_VALUES", values - 1)
    error = ask(as_admin, query, **variables)["errors"][0]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert f"more than {values - 1} values" in error["extensions"]["errors"][0]["detail"]


def test_rows_that_link_to_each_other_are_counted_before_they_are_written(
    as_admin: APIClient,
) -> None:
    """Each of 2,000 rows is read once.

    Written out, 100 customers of one address would be 10 million of them.
    """
    add_rows(100)
    query = (
        "{ customers { address { customers { address { customers { address { customers { id } } } "
        "} } } } }"
    )
    started = time.process_time()
    error = ask_error(as_admin, query)
    assert "more than 100000 values" in error["extensions"]["errors"][0]["detail"]
    assert time.process_time() - started < 2


@pytest.mark.parametrize("n", [float(2**80), -5, 1.5, "many", [1], {}, True])
def test_a_strange_take_is_no_fault_of_the_server(as_user: APIClient, n: Any) -> None:
    error = ask_error(as_user, "query ($n: Float) { customers(take: $n) { id } }", n=n)
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("number", [2_001, 40_000])
def test_conditions_hold_a_limited_number_of_values(as_user: APIClient, number: int) -> None:
    query = "query ($w: CustomerWhereInput) { customers(where: $w) { id } }"
    fields = ("email", "phone", "firstName", "lastName")
    error = ask_error(
        as_user, query, w={name: {"in": ["x"] * (number // 4 + 1)} for name in fields}
    )
    assert error["extensions"]["errors"][0]["code"] == "too_many"


def test_it_reads_a_limited_number_of_rows(
    as_user: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entity_api.graphql.limits.MOST_ROWS", 3)
    Customer.objects.bulk_create(Customer() for _ in range(2))
    assert "errors" not in ask(as_user, "{ customers { id } }")
    error = ask_error(as_user, "{ customers { id } again: customers { id } }")
    assert error["extensions"]["errors"][0]["pointer"] == "#/take"
