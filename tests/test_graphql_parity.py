"""One situation, sent to REST and to GraphQL: the same verdict in the same words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.conftest import make_basic_header
from tests.shop.models import Address, Customer, Order, Product

pytestmark = pytest.mark.usefixtures("quick_hashes")
CODES = {
    400: "BAD_USER_INPUT",
    401: "UNAUTHENTICATED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    409: "CONFLICT",
}
UNKNOWN = "0198b0b4-0000-7000-8000-000000000000"
HEADERS = {
    "admin": make_basic_header("admin", "admin"),
    "ada": make_basic_header("ada", "ada"),
    "wrong password": make_basic_header("admin", "wrong"),
    "broken Basic": "Basic %%%",
    "broken Bearer": "Bearer x.y.z",
    "two credentials": "Bearer a, Basic b",
    "unknown scheme": "Digest abc",
}
PLURALS = {
    "Customer": "customers",
    "Address": "addresses",
    "Order": "orders",
    "Product": "products",
    "User": "users",
}


@dataclass(frozen=True)
class Call:
    """One operation on both surfaces; `{name}` in it stands for the id of a row."""

    method: str
    path: str
    body: Any
    query: str
    variables: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.body or ''}".strip()


def read(entity: str, query_string: str = "", **arguments: Any) -> Call:
    plural = PLURALS[entity]
    declared = f"$where: {entity}WhereInput, $skip: Float, $take: Float"
    query = f"query ({declared}) {{ {plural}(where: $where, skip: $skip, take: $take) {{ id }} }}"
    return Call("get", f"/api/{plural}?{query_string}", None, query, arguments)


def find(entity: str, key: str) -> Call:
    query = (
        f"query ($where: {entity}WhereUniqueInput!) {{ {entity.lower()}(where: $where) {{ id }} }}"
    )
    return Call("get", f"/api/{PLURALS[entity]}/{key}", None, query, {"where": {"id": key}})


def create(entity: str, /, **data: Any) -> Call:
    query = f"mutation ($data: {entity}CreateInput!) {{ create{entity}(data: $data) {{ id }} }}"
    return Call("post", f"/api/{PLURALS[entity]}", data, query, {"data": data})


def update(entity: str, key: str, /, **data: Any) -> Call:
    declared = f"$data: {entity}UpdateInput!, $where: {entity}WhereUniqueInput!"
    query = f"mutation ({declared}) {{ update{entity}(data: $data, where: $where) {{ id }} }}"
    return Call(
        "patch", f"/api/{PLURALS[entity]}/{key}", data, query, {"data": data, "where": {"id": key}}
    )


def delete(entity: str, key: str) -> Call:
    query = (
        f"mutation ($where: {entity}WhereUniqueInput!) {{ delete{entity}(where: $where) {{ id }} }}"
    )
    return Call("delete", f"/api/{PLURALS[entity]}/{key}", None, query, {"where": {"id": key}})


def log_in(username: str, password: str) -> Call:
    body = {"username": username, "password": password}
    query = "mutation ($c: Credentials!) { login(credentials: $c) { username roles } }"
    return Call("post", "/api/login", body, query, {"c": body})


ME = Call("get", "/api/me", None, "{ userInfo { username } }", {})
PASSWORD = "Difference-Engine-2"

CASES = [
    *(
        (caller, read("Customer"), 401)
        for caller in ("nobody", *HEADERS)
        if caller not in ("admin", "ada")
    ),
    *(
        (caller, find("Customer", "{customer}"), 401)
        for caller in ("nobody", "wrong password", "broken Bearer")
    ),
    *((caller, create("Customer", firstName="B"), 401) for caller in ("nobody", "broken Basic")),
    *(
        (caller, update("Customer", "{customer}", firstName="B"), 401)
        for caller in ("nobody", "broken Bearer")
    ),
    *((caller, delete("Customer", "{customer}"), 401) for caller in ("nobody", "two credentials")),
    *((caller, ME, 401) for caller in ("nobody", "broken Bearer", "unknown scheme")),
    ("nobody", read("User"), 401),
    ("ada", ME, 200),
    # Logging in, whatever the header says
    ("nobody", log_in("admin", "wrong"), 401),
    ("nobody", log_in("unknown", "wrong"), 401),
    ("nobody", log_in("a\0b", "wrong"), 400),
    ("nobody", log_in("", ""), 401),
    ("broken Bearer", log_in("ada", "ada"), 201),
    ("two credentials", log_in("ada", "ada"), 201),
    # Roles, rows and fields
    ("ada", read("Customer"), 200),
    ("ada", read("User"), 403),
    ("ada", find("User", "{ada}"), 200),
    ("ada", delete("Customer", "{customer}"), 403),
    ("ada", create("Product", name="x"), 403),
    ("ada", update("Product", "{product}", name="x"), 403),
    ("ada", delete("Product", "{product}"), 403),
    ("ada", create("User", username="bob", password=PASSWORD), 403),
    ("ada", update("User", "{admin}", firstName="x"), 404),
    ("ada", update("User", "{ada}", roles=["admin"]), 403),
    ("ada", update("User", "{ada}", isActive=False), 403),
    ("ada", delete("User", "{ada}"), 403),
    ("ada", update("Customer", "{customer}", email="x@example.org"), 403),
    ("ada", update("Order", "{order}", quantity=2), 404),
    ("ada", delete("Order", "{order}"), 404),
    # Rows that are not there
    ("admin", update("Customer", UNKNOWN, firstName="x"), 404),
    ("admin", update("Customer", "1", firstName="x"), 404),
    ("admin", delete("Customer", UNKNOWN), 404),
    ("admin", delete("Order", "x"), 404),
    # Values that cannot be stored
    ("admin", create("Customer", email="nonsense"), 400),
    ("admin", create("Customer", email="nonsense", firstName="a\0b"), 400),
    ("admin", create("Customer", firstName="x" * 1001), 400),
    ("admin", create("Customer", address={"id": UNKNOWN}), 400),
    ("admin", create("Customer", address={"id": "x"}), 400),
    ("admin", create("Customer", orders={"connect": [{"id": "{order}"}, {"id": UNKNOWN}]}), 400),
    ("admin", create("Address", customers={"connect": [{"id": UNKNOWN}]}), 400),
    ("admin", update("Customer", "{customer}", orders={"set": [{"id": UNKNOWN}]}), 400),
    ("admin", update("Customer", "{customer}", address={"id": UNKNOWN}), 400),
    ("admin", create("Address", zip=1.5), 400),
    ("admin", create("Address", zip=2**40), 400),
    ("admin", update("Order", "{order}", quantity=-(2**40)), 400),
    ("admin", update("Order", "{order}", quantity=0.5, totalPrice=0.5), 400),
    ("admin", create("User", username="bob", password="bob"), 400),
    ("admin", create("User", username="b b", password=PASSWORD), 400),
    ("admin", update("User", "{ada}", password="12345678"), 400),
    ("admin", update("User", "{ada}", username=None), 400),
    ("admin", update("User", "{ada}", roles=["king"]), 400),
    # What contradicts what is stored
    ("admin", create("User", username="ada", password=PASSWORD), 409),
    ("admin", update("User", "{ada}", username="admin"), 409),
    # Lists
    ("admin", read("Customer", "take=-1", take=-1), 400),
    ("admin", read("Customer", "take=1001", take=1001), 400),
    ("admin", read("Customer", "take=1.5", take=1.5), 400),
    ("admin", read("Customer", "skip=1e12", skip=1e12), 400),
    ("admin", read("Customer", "where[id][gt]=x", where={"id": {"gt": "x"}}), 400),
    ("admin", read("Customer", "where[createdAt][gt]=x", where={"createdAt": {"gt": "x"}}), 400),
    (
        "admin",
        read("Customer", "where[firstName][contains]=%00", where={"firstName": {"contains": "\0"}}),
        400,
    ),
    (
        "admin",
        read(
            "Address",
            "where[customers][some][updatedAt][lt]=x",
            where={"customers": {"some": {"updatedAt": {"lt": "x"}}}},
        ),
        400,
    ),
    ("admin", read("Order", "where[customer][id]=x", where={"customer": {"id": "x"}}), 200),
    # What is in order
    ("admin", create("Address", city="Paris", zip=75001), 201),
    ("admin", update("Customer", "{customer}", address=None, firstName=None), 200),
    ("admin", update("Customer", "{customer}", orders={"set": []}), 200),
]


@pytest.fixture
def ids(admin: Any, user: Any) -> dict[str, str]:
    address = Address.objects.create(city="London")
    customer = Customer.objects.create(first_name="Ada", address=address)
    product = Product.objects.create(name="Engine")
    order = Order.objects.create(customer=customer, product=product)
    rows = {"admin": admin, "ada": user, "customer": customer, "product": product, "order": order}
    return {name: str(row.pk) for name, row in rows.items()}


@pytest.mark.parametrize(("caller", "call", "status"), CASES, ids=str)
def test_it_is_the_same_on_both(caller: str, call: Call, status: int, ids: dict[str, str]) -> None:
    client = APIClient(headers={"Authorization": HEADERS[caller]} if caller in HEADERS else {})
    before = dump_rows()
    rest = getattr(client, call.method)(fill(call.path, ids), fill(call.body, ids))
    assert rest.status_code == status, rest.content
    if status < 400:
        assert "errors" not in ask(client, call, ids)
        return
    problem = rest.json()
    (error,) = ask(client, call, ids)["errors"]
    assert error["message"] == problem["detail"]
    assert error["extensions"]["code"] == CODES[status]
    assert error["extensions"].get("errors") == problem.get("errors")
    assert dump_rows() == before


def ask(client: APIClient, call: Call, ids: dict[str, str]) -> dict[str, Any]:
    answer: dict[str, Any] = client.post(
        "/graphql", {"query": call.query, "variables": fill(call.variables, ids)}
    ).json()
    return answer


def fill(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: fill(inner, ids) for name, inner in value.items()}
    if isinstance(value, list):
        return [fill(inner, ids) for inner in value]
    for name, key in ids.items() if isinstance(value, str) else ():
        value = value.replace(f"{{{name}}}", key)
    return value


def dump_rows() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values())
        for model in (Address, Customer, Order, Product, User)
    ]
