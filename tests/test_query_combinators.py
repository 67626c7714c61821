"""AND, OR and NOT in `where`, on REST and GraphQL alike, as Prisma reads them."""

from typing import Any
from urllib.parse import quote

import pytest
from rest_framework.test import APIClient

from tests.graph import ask_data, ask_error
from tests.policies import READ, call_as, make_user, write_policy
from tests.rest import find_pointers
from tests.shop.models import Address, Customer, Order

pytestmark = pytest.mark.django_db
EVERYBODY = ["ada", "bob", "cyd"]


@pytest.fixture(autouse=True)
def rows() -> None:
    ada = Customer.objects.create(first_name="ada", email="a@example.org", phone="1")
    Customer.objects.create(first_name="bob", email="b@example.org", phone="2")
    Customer.objects.create(first_name="cyd", phone="1", address=Address.objects.create(city="x"))
    Order.objects.create(customer=ada, quantity=1)
    Order.objects.create(customer=ada)


# What is asked on both surfaces, and whom it finds.
CASES = [
    (
        'OR: [{firstName: {equals: "ada"}}, {phone: {equals: "2"}}]',
        "where[OR][0][firstName]=ada&where[OR][1][phone]=2",
        ["ada", "bob"],
    ),
    (
        'AND: [{firstName: {gt: "a"}}, {firstName: {lt: "c"}}]',
        "where[AND][0][firstName][gt]=a&where[AND][1][firstName][lt]=c",
        ["ada", "bob"],
    ),
    ('NOT: {phone: {equals: "1"}}', "where[NOT][phone]=1", ["bob"]),
    (
        'NOT: [{firstName: {equals: "ada"}}, {firstName: {equals: "bob"}}]',
        "where[NOT][0][firstName]=ada&where[NOT][1][firstName]=bob",
        ["cyd"],
    ),
    (
        'NOT: {phone: {equals: "1"}, firstName: {equals: "ada"}}',
        "where[NOT][phone]=1&where[NOT][firstName]=ada",
        ["bob", "cyd"],
    ),
    # A field that is null meets neither a condition nor its negation.
    ('NOT: {email: {contains: "a@"}}', "where[NOT][email][contains]=a@", ["bob"]),
    ('NOT: {NOT: {email: {contains: "a@"}}}', "where[NOT][NOT][email][contains]=a@", ["ada"]),
    ("NOT: {email: null}", "where[NOT][email][isNull]=true", ["ada", "bob"]),
    ("NOT: {address: null}", "where[NOT][address][isNull]=true", ["cyd"]),
    (
        'phone: {equals: "1"}, OR: [{email: null}, {NOT: {firstName: {gt: "a"}}}]',
        "where[phone]=1&where[OR][0][email][isNull]=true&where[OR][1][NOT][firstName][gt]=a",
        ["cyd"],
    ),
    (
        "NOT: {orders: {some: {quantity: {equals: 1}}}}",
        "where[NOT][orders][some][quantity]=1",
        ["bob", "cyd"],
    ),
    # Of an order without a quantity it is unknown whether it is 1.
    (
        "orders: {some: {NOT: {quantity: {equals: 2}}}}",
        "where[orders][some][NOT][quantity]=2",
        ["ada"],
    ),
    (
        "orders: {every: {NOT: {quantity: {equals: 2}}}}",
        "where[orders][every][NOT][quantity]=2",
        ["bob", "cyd"],
    ),
    ('NOT: {id: {equals: "x"}}', "where[NOT][id]=x", EVERYBODY),
    ('NOT: {NOT: {id: {equals: "x"}}}', "where[NOT][NOT][id]=x", []),
]


def find_by_rest(client: APIClient, query: str) -> list[str]:
    response = client.get(
        f"/api/customers?{query}&orderBy[firstName]=asc", headers={"Prefer": "count=exact"}
    )
    assert response.status_code == 200, response.content
    assert response["X-Total-Count"] == str(len(response.json()))
    return [row["firstName"] for row in response.json()]


def find_by_graphql(client: APIClient, where: str) -> list[str]:
    query = f"{{ customers(where: {{{where}}}, orderBy: {{firstName: Asc}}) {{ firstName }} }}"
    return [row["firstName"] for row in ask_data(client, query)["customers"]]


@pytest.mark.parametrize(("where", "query", "found"), CASES)
def test_conditions_are_combined(rest: APIClient, where: str, query: str, found: list[str]) -> None:
    assert find_by_rest(rest, query) == find_by_graphql(rest, where) == found


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("OR: []", []),
        ("OR: [{}]", EVERYBODY),
        ("OR: [{firstName: {gt: null}}]", EVERYBODY),
        ("AND: [], NOT: []", EVERYBODY),
        ("NOT: {}", EVERYBODY),
        ("NOT: {OR: []}", EVERYBODY),
        ("AND: null, OR: null, NOT: null", EVERYBODY),
        ('NOT: {id: {in: ["x"]}}', EVERYBODY),
        ('NOT: {NOT: {id: {in: ["x"]}}}', []),
        ('OR: [{id: {equals: "x"}}, {phone: {equals: "2"}}]', ["bob"]),
    ],
)
def test_what_holds_no_condition_or_meets_no_row(
    rest: APIClient, where: str, found: list[str]
) -> None:
    assert find_by_graphql(rest, where) == found


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("where[OR]=1", "#/where/OR/0"),
        ("where[OR][0]=1", "#/where/OR/0"),
        ("where[OR][0][foo]=1", "#/where/OR/0/foo"),
        ("where[AND][x][foo]=1", "#/where/AND/x"),
        ("where[NOT][quantity]=1", "#/where/NOT/quantity"),
        ("where" + "[NOT]" * 18 + "[phone]=1", "#/where" + "/NOT" * 17),
        ("where" + "[OR][0]" * 9 + "[phone]=1", "#/where" + "/OR/0" * 9),
    ],
)
def test_a_wrong_combination_is_refused(rest: APIClient, query: str, pointer: str) -> None:
    assert find_pointers(rest.get(f"/api/customers?{query}")) == [pointer]


def make_many(number: int) -> Any:
    return {"OR": [{"firstName": {"not": str(place)}} for place in range(number)]}


def test_the_number_of_conditions_is_bounded(rest: APIClient) -> None:
    query = "query ($w: CustomerWhereInput) { customers(where: $w) { id } }"
    deep = make_many(193)
    for _ in range(7):
        deep = {"OR": [deep, {"phone": {"equals": "1"}}]}
    assert len(ask_data(rest, query, w=deep)["customers"]) == 3
    assert len(ask_data(rest, query, w={"NOT": make_many(200)})["customers"]) == 0
    error = ask_error(rest, query, w=make_many(201))
    assert error["extensions"]["errors"] == [
        {
            "pointer": "#/where",
            "detail": "There may be at most 200 conditions in all.",
            "code": "too_many",
        }
    ]
    empty: Any = {"NOT": [{}] * 201}
    assert ask_error(rest, query, w=empty)["extensions"]["errors"][0]["code"] == "too_many"


def test_no_combination_finds_what_is_withheld(policy: Any) -> None:
    eve = make_user("eve", "user")
    policy(write_policy(READ, Customer=READ + "\nfields.view.email = []", Order='view = "own"'))
    for name in ("NOT", "AND", "OR"):
        for condition in ("[email][contains]=a", "[orders][some][quantity]=1"):
            path = f"where[{name}]{condition}"
            field = "email" if "email" in condition else "orders"
            pointers = find_pointers(call_as(eve).get(f"/api/customers?{quote(path, safe='=')}"))
            assert pointers == [f"#/where/{name}/{field}"]


def test_the_rest_of_not_holds_no_hidden_row(policy: Any) -> None:
    eve = make_user("eve", "user")
    policy(write_policy(READ, Customer='view = "own"\nsearch = "own"'))
    assert call_as(eve).get("/api/customers?where[NOT][phone]=2").json() == []
    found = call_as(eve).get("/api/orders?where[NOT][customer][isNull]=false").json()
    assert [row["customer"] for row in found] == [None, None]
