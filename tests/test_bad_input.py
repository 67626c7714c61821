"""Hostile input to every entity: refused with a problem document, never a fault, and nothing is
changed.
"""

import gzip
import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.rest import BODIES, ENTITIES, MISSING, assert_problem, find_pointers, read_stored
from tests.shop.models import Address, Customer, Order, Product

pytestmark = pytest.mark.usefixtures("quick_hashes")
JSON = "application/json"
TO_MANY = {"addresses": "customers", "customers": "orders", "products": "orders"}
VALUES: dict[str, list[Any]] = {
    "text": [1, 1.5, True, [], {}, ["x"], {"a": 1}, "\x00", "x\x00y", "x" * 1_025],
    "number": ["1", "", True, False, [], {}, [1], 1e300, -(2**63), 2**64 - 1],
    "boolean": [0, 1, "true", "", [], {}, None],
    "link": [1, "", "x", True, [], {}, {"id": None}, {"id": "\x00"}, {"ID": MISSING}],
    "links": [
        1,
        "",
        True,
        [],
        [{"id": MISSING}],
        {"foo": []},
        {"connect": [None]},
        {"connect": [{"id": MISSING}]},
    ],
}
FIELDS: dict[str, dict[str, str]] = {
    "addresses": {
        "address_1": "text",
        "address_2": "text",
        "city": "text",
        "state": "text",
        "zip": "number",
    },
    "customers": {
        "email": "text",
        "firstName": "text",
        "lastName": "text",
        "phone": "text",
        "address": "link",
    },
    "orders": {"quantity": "number", "totalPrice": "number", "customer": "link", "product": "link"},
    "products": {"name": "text", "description": "text"},
    "users": {
        "username": "text",
        "password": "text",
        "email": "text",
        "firstName": "text",
        "isActive": "boolean",
    },
}
MORE: list[tuple[str, str, list[Any]]] = [
    *((entity, name, VALUES["links"]) for entity, name in TO_MANY.items()),
    ("orders", "discount", ["1", True, [], {}, "NaN", "Infinity"]),
    ("products", "itemPrice", ["1", True, [], {}, "NaN", "Infinity"]),
    ("orders", "quantity", [0.5, 2**31, -(2**31) - 1, 1e10]),
    ("addresses", "zip", [0.5, 2**31, -(2**31) - 1, 1e10]),
    ("customers", "email", ["x", "@", "a@b", "a b@example.org", f"{'x' * 250}@example.org"]),
    ("users", "email", ["x", "a@\x00.org"]),
    ("users", "lastName", ["x" * 151]),
]
CASES = [
    (entity, name, VALUES[kind])
    for entity, fields in FIELDS.items()
    for name, kind in fields.items()
] + MORE


@pytest.fixture
def stored(rest: APIClient) -> dict[str, str]:
    """The ids of one row of each entity, by its plural."""
    rows = {
        "addresses": Address(),
        "customers": Customer(),
        "orders": Order(quantity=1),
        "products": Product(),
    }
    for row in rows.values():
        row.save()
    return {name: str(row.pk) for name, row in rows.items()} | {"users": str(User.objects.get().pk)}


@pytest.mark.parametrize(("entity", "name", "values"), CASES)
def test_a_value_of_another_type_or_range_is_refused(
    rest: APIClient, stored: dict[str, str], entity: str, name: str, values: list[Any]
) -> None:
    before = read_stored()
    for value in values:
        body = BODIES[entity] | {name: value}
        for response in (
            rest.post(f"/api/{entity}", body),
            rest.patch(f"/api/{entity}/{stored[entity]}", body),
        ):
            assert {pointer.split("/")[1] for pointer in find_pointers(response)} == {name}, value
    assert read_stored() == before


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize(
    "name",
    [
        "foo",
        "",
        "first_name",
        "owner",
        "customer_id",
        "customerId",
        "pk",
        "__class__",
        "a/b~c",
        "é\x00",
        "x" * 10_000,
    ],
)
def test_an_unknown_field_is_refused(
    rest: APIClient, stored: dict[str, str], entity: str, name: str
) -> None:
    before = read_stored()
    body = BODIES[entity] | {name: None}
    for response in (
        rest.post(f"/api/{entity}", body),
        rest.patch(f"/api/{entity}/{stored[entity]}", body),
    ):
        assert [error["code"] for error in assert_problem(response, 400)["errors"]] == ["unknown"]
    assert read_stored() == before


BODY_CASES: list[tuple[Any, str, int]] = [
    (b"{", JSON, 400),
    (b"null", JSON, 400),
    (b"[]", JSON, 400),
    (b"[{}]", JSON, 400),
    (b"1", JSON, 400),
    (b'"text"', JSON, 400),
    (b"true", JSON, 400),
    (b'{"firstName": NaN}', JSON, 400),
    (b'{"zip": 1e999}', JSON, 400),
    (b'{"firstName": "\xff"}', JSON, 400),
    (b'{"firstName": "\\ud800"}', JSON, 400),
    (b"\xef\xbb\xbf{}", JSON, 400),
    (b"[" * 10_000 + b"]" * 10_000, JSON, 400),
    (b'{"address":' * 10_000 + b"1" + b"}" * 10_000, JSON, 400),
    (b'{"foo":' + b"9" * 100_000 + b"}", JSON, 400),
    (json.dumps({f"field{number}": number for number in range(50_000)}).encode(), JSON, 400),
    (json.dumps({"firstName": "x" * 1_000_000}).encode(), JSON, 400),
    (json.dumps({"orders": {"connect": [{"id": MISSING}] * 10_001}}).encode(), JSON, 400),
    (json.dumps({"firstName": "x" * 2_000_000}).encode(), JSON, 413),
    (b"{}", "text/plain", 415),
    (b"{}", "", 415),
    (b"{}", "application/json; charset=utf-16", 415),
    (b"firstName=x", "application/x-www-form-urlencoded", 415),
    (b"--x\r\n\r\n--x--", "multipart/form-data; boundary=x", 415),
    (b"<a/>", "application/xml", 415),
]


@pytest.mark.parametrize("entity", ["addresses", "users"])
@pytest.mark.parametrize(("body", "content_type", "status"), BODY_CASES)
def test_a_body_that_is_no_object_is_refused(
    rest: APIClient, stored: dict[str, str], entity: str, body: Any, content_type: str, status: int
) -> None:
    before = read_stored()
    one = f"/api/{entity}/{stored[entity]}"
    assert_problem(rest.generic("POST", f"/api/{entity}", body, content_type), status)
    assert_problem(rest.generic("PATCH", one, body, content_type), status)
    if entity in TO_MANY and body != b"[]":
        for method in ("POST", "PATCH", "DELETE"):
            assert_problem(
                rest.generic(method, f"{one}/{TO_MANY[entity]}", body, content_type), status
            )
    assert read_stored() == before


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_packed_body_is_refused(rest: APIClient, stored: dict[str, str], method: str) -> None:
    before = read_stored()
    packed: Any = gzip.compress(b"{}")
    path = "/api/customers" if method == "POST" else f"/api/customers/{stored['customers']}"
    assert_problem(rest.generic(method, path, packed, JSON, HTTP_CONTENT_ENCODING="gzip"), 415)
    assert read_stored() == before


IDS = [
    "0",
    "1",
    "-1",
    "null",
    "%00",
    f"{MISSING}%00",
    "%2F",
    "..%2F..",
    "%2E%2E",
    "%FF",
    "%ED%A0%80",
    "é",
    "🧵",
    "x" * 4_000,
    "%20",
    f"{MISSING}%0A",
    f"%20{MISSING}",
    f"{{{MISSING}}}",
    f"urn:uuid:{MISSING}",
    MISSING.replace("-", ""),
    MISSING[:-1],
    MISSING + "0",
    MISSING.replace("0", "\u0660"),
    "g" * 36,
    "'; DROP TABLE accounts_user; --",
    "__class__",
    "*",
    "%25",
]


@pytest.mark.parametrize("entity", ENTITIES)
def test_an_id_of_another_shape_is_not_found(
    rest: APIClient, stored: dict[str, str], entity: str
) -> None:
    before = read_stored()
    for key in IDS:
        for method in ("get", "patch", "delete"):
            assert_problem(getattr(rest, method)(f"/api/{entity}/{key}"), 404)
        for method in ("get", "post", "patch", "delete") if entity in TO_MANY else ():
            body: Any = None if method == "get" else []
            assert_problem(
                getattr(rest, method)(f"/api/{entity}/{key}/{TO_MANY[entity]}", body), 404
            )
    assert read_stored() == before


QUERIES = [
    "where[address__customers]=1",
    "where[password][startsWith]=a",
    "where[password]=a",
    "where[__class__]=a",
    "where[__init__][__globals__]=a",
    "where[pk__in]=1",
    "where[groups][some][name]=admin",
    "where[id][in][__class__]=1",
    "orderBy[password]=asc",
    "orderBy[address__city]=asc",
    "orderBy[%3F]=asc",
    "orderBy[id;DROP]=asc",
    "skip=-1",
    "take=-1",
    "take=1001",
    "take=0.5",
    "skip=99999999999999999999",
    "select[password]=true",
    "include[orders]=true",
    "where[id]=%00",
    "where[id]=%FF",
    "%00=%00",
    "&".join(f"where[id][in]={number}" for number in range(1_001)),
    "&".join(f"p{number}=1" for number in range(5_000)),
    "where" + "[a]" * 5_000 + "=1",
]


@pytest.mark.parametrize("entity", ENTITIES)
def test_a_wrong_parameter_is_refused(rest: APIClient, stored: dict[str, str], entity: str) -> None:
    before = read_stored()
    for query in QUERIES:
        assert len(find_pointers(rest.get(f"/api/{entity}?{query}"))) == 1, query
        if entity in TO_MANY:
            assert_problem(
                rest.get(f"/api/{entity}/{stored[entity]}/{TO_MANY[entity]}?{query}"), 400
            )
    assert read_stored() == before
