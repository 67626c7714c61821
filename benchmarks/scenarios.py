"""The kinds of requests that are measured side by side, in the form that each server takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks import data
from benchmarks.exchange import write_request
from benchmarks.participants import (
    FASTAPI,
    FLOOR,
    KEPT,
    POSTGRAPHILE,
    SERVICE,
    STOCK,
    USERS,
    Participant,
)

CONNECTIONS = 32
TAKE = 20
# Different rows that reads and updates go through.
VARIETY = 200
USERS_LIST = "/api/customers?take=20"
ADDRESSES = (
    """{ addresses(take: 20) { id createdAt updatedAt address_1 address_2 city state zip } }"""
)
NESTED = "{{ customers(take: {}) {{ firstName orders {{ quantity }} }} }}"
FEW_PARENTS, MANY_PARENTS = 19, 300
RELATED = """{ customers(take: 20) { id firstName address { id city }
    orders(take: 5) { id quantity product { id name } } } }"""
# By the names that PostGraphile gives to tables and foreign keys.
RELATED_OF_TABLES = """{ customers: allShopCustomers(first: 20, orderBy: ID_ASC) { nodes {
    id firstName address: shopAddressByAddressId { id city }
    orders: shopOrdersByCustomerId(first: 5, orderBy: ID_ASC) { nodes {
        id quantity product: shopProductByProductId { id name } } } } } }"""
# Hashing a password for each request, stock Basic needs no more to be busy, and the rest would only
# wait.
HASHING_CONNECTIONS = 4


@dataclass(frozen=True)
class Entry:
    """A line of a scenario's table: the requests that a participant is sent, written once."""

    label: str
    participant: str
    write: Callable[[Participant], list[bytes]]
    connections: int = CONNECTIONS
    # Of an answer, where it is not the same for all entries of the scenario.
    rows: int = 0


@dataclass(frozen=True)
class Scenario:
    """Entries that are measured in turn; `bases` are the labels that others are compared with."""

    name: str
    title: str
    status: str
    entries: tuple[Entry, ...]
    bases: tuple[str, ...]
    rows: int = 0
    writes: bool = False


def write_list(participant: Participant) -> list[bytes]:
    return [write_request("GET", list_path(participant), participant.bearer)]


def write_basic_list(participant: Participant) -> list[bytes]:
    return [write_request("GET", list_path(participant), participant.basic)]


def list_path(participant: Participant) -> str:
    return "/api/customers/?limit=20" if participant.is_stock else "/api/customers?take=20"


def write_reads(participant: Participant) -> list[bytes]:
    return [write_request("GET", path, participant.bearer) for path in row_paths(participant)]


def write_creations(participant: Participant) -> list[bytes]:
    path = "/api/customers/" if participant.is_stock else "/api/customers"
    return [write_request("POST", path, participant.bearer, body=write_customer(participant.name))]


def write_updates(participant: Participant) -> list[bytes]:
    names = ("firstName", "phone") if participant.name == SERVICE else ("first_name", "phone")
    body = dict(zip(names, ("Ada", "+12015550123"), strict=True))
    return [
        write_request("PATCH", path, participant.bearer, body) for path in row_paths(participant)
    ]


def write_address_list(participant: Participant) -> list[bytes]:
    return [write_request("GET", "/api/addresses?take=20", participant.bearer)]


def write_address_query(participant: Participant) -> list[bytes]:
    return [write_request("POST", "/graphql", participant.bearer, {"query": ADDRESSES})]


def write_nested_queries(take: int) -> Callable[[Participant], list[bytes]]:
    body = {"query": NESTED.format(take)}
    return lambda participant: [write_request("POST", "/graphql", participant.bearer, body)]


def write_related_query(participant: Participant) -> list[bytes]:
    query = RELATED if participant.name == SERVICE else RELATED_OF_TABLES
    return [write_request("POST", "/graphql", participant.bearer, {"query": query})]


def write_lists_of_users(participant: Participant) -> list[bytes]:
    return [write_request("GET", USERS_LIST, bearer) for bearer in participant.bearers]


def write_lists_of_one_user(participant: Participant) -> list[bytes]:
    return write_lists_of_users(participant)[:1]


def row_paths(participant: Participant) -> list[str]:
    slash = "/" if participant.is_stock else ""
    return [
        f"/api/customers/{data.make_id('customer', number)}{slash}" for number in range(VARIETY)
    ]


def write_customer(name: str) -> dict[str, Any]:
    """Return a new customer in the way of the participant: how it spells names and a link to an
    address.
    """
    address = data.make_id("address", 1)
    shared = {"email": "ada@example.com", "phone": "+12015550123"}
    if name == SERVICE:
        return shared | {"firstName": "Ada", "lastName": "Lovelace", "address": {"id": address}}
    return shared | {
        "first_name": "Ada",
        "last_name": "Lovelace",
        "address_id" if name == FASTAPI else "address": address,
    }


def count_rows(body: Any) -> int:
    """Return the number of rows in an answer: stock DRF puts a list in an envelope, GraphQL in two."""
    if isinstance(body, dict):
        [body] = [body["results"]] if "results" in body else body["data"].values()
    # PostGraphile has a list in one more.
    return len(body["nodes"] if isinstance(body, dict) else body)


def enter(names: tuple[str, ...], write: Callable[[Participant], list[bytes]]) -> tuple[Entry, ...]:
    return tuple(Entry(name, name, write) for name in names)


CRUD = (SERVICE, STOCK, KEPT, FASTAPI, FLOOR)
BASIC, BEARER = f"{SERVICE}, Basic", f"{SERVICE}, Bearer"
GRAPHQL, REST = f"{SERVICE}, GraphQL", f"{SERVICE}, REST"
FEW, MANY = f"{SERVICE}, {FEW_PARENTS} parents", f"{SERVICE}, {MANY_PARENTS} parents"
ALL_USERS, ONE_USER = f"{SERVICE}, {USERS:,} users", f"{SERVICE}, one user"
SCENARIOS = (
    Scenario(
        "list",
        "Bearer: list of 20 customers",
        "200",
        enter(CRUD, write_list),
        (STOCK, KEPT, FLOOR),
        rows=TAKE,
    ),
    Scenario("read", "Bearer: one customer", "200", enter(CRUD, write_reads), (STOCK, KEPT, FLOOR)),
    Scenario(
        "create",
        "Bearer: create a customer",
        "201",
        enter(CRUD, write_creations),
        (STOCK, KEPT, FLOOR),
        writes=True,
    ),
    Scenario(
        "update",
        "Bearer: change a customer",
        "200",
        enter(CRUD, write_updates),
        (STOCK, KEPT, FLOOR),
        writes=True,
    ),
    Scenario(
        "basic",
        "Basic: list of 20 customers",
        "200",
        (
            Entry(BASIC, SERVICE, write_basic_list),
            Entry(BEARER, SERVICE, write_list),
            Entry(f"{STOCK}, Basic", STOCK, write_basic_list, HASHING_CONNECTIONS),
        ),
        (BEARER,),
        rows=TAKE,
    ),
    Scenario(
        "graphql",
        "GraphQL: list of 20 addresses, 8 fields",
        "200",
        (Entry(GRAPHQL, SERVICE, write_address_query), Entry(REST, SERVICE, write_address_list)),
        (REST,),
        rows=TAKE,
    ),
    Scenario(
        "nested",
        "GraphQL: customers with their orders",
        "200",
        (
            Entry(FEW, SERVICE, write_nested_queries(FEW_PARENTS), rows=FEW_PARENTS),
            Entry(MANY, SERVICE, write_nested_queries(MANY_PARENTS), rows=MANY_PARENTS),
        ),
        (FEW,),
    ),
    Scenario(
        "related",
        "GraphQL: 20 customers, each with its address and 5 orders with their product",
        "200",
        enter((SERVICE, POSTGRAPHILE), write_related_query),
        (POSTGRAPHILE,),
        rows=TAKE,
    ),
    Scenario(
        "users",
        "Bearer: list of 20 customers, by different users",
        "200",
        (
            Entry(ALL_USERS, SERVICE, write_lists_of_users),
            Entry(ONE_USER, SERVICE, write_lists_of_one_user),
        ),
        (ONE_USER,),
        rows=TAKE,
    ),
)
