"""Links between entities: to-one in a body, to-many by its routes and nested in a body, and what a
deletion leaves.
"""

from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.rest import BODIES, MISSING, assert_problem, find_pointers, read_next, read_stored

# parent, the to-many link, the child's link back, and the child's plural
TO_MANY = [
    ("addresses", "customers", "address"),
    ("customers", "orders", "customer"),
    ("products", "orders", "product"),
]
each_link = pytest.mark.parametrize(("parents", "children", "back"), TO_MANY)


def create(rest: APIClient, entity: str, **changes: Any) -> str:
    response = rest.post(f"/api/{entity}", BODIES[entity] | changes)
    assert response.status_code == 201, response.content
    return str(response.json()["id"])


def link(*ids: str) -> list[dict[str, str]]:
    return [{"id": key} for key in ids]


def read_linked(rest: APIClient, parents: str, parent: str, children: str) -> set[str]:
    return {child["id"] for child in rest.get(f"/api/{parents}/{parent}/{children}").json()}


@each_link
def test_a_to_one_link_reads_and_writes_as_an_id(
    rest: APIClient, parents: str, children: str, back: str
) -> None:
    first, second = create(rest, parents), create(rest, parents)
    child = create(rest, children, **{back: {"id": first.upper()}})
    address = f"/api/{children}/{child}"
    assert rest.get(address).json()[back] == {"id": first}
    assert rest.patch(address, {back: {"id": second}}).json()[back] == {"id": second}
    assert rest.patch(address, {back: None}).json()[back] is None
    assert rest.get(address).json()[back] is None


@each_link
@pytest.mark.parametrize(
    "unknown",
    [MISSING, "", "1", "\x00", "é", "x" * 10_000, f"{{{MISSING}}}", f"urn:uuid:{MISSING}"],
)
def test_an_unknown_linked_id_is_refused(
    rest: APIClient, parents: str, children: str, back: str, unknown: str
) -> None:
    child = create(rest, children, **{back: {"id": create(rest, parents)}})
    before = read_stored()
    body = {back: {"id": unknown}}
    assert find_pointers(rest.post(f"/api/{children}", body)) == [f"#/{back}/id"]
    assert find_pointers(rest.patch(f"/api/{children}/{child}", body)) == [f"#/{back}/id"]
    assert read_stored() == before


@pytest.mark.parametrize(
    "value",
    [
        "",
        MISSING,
        1,
        True,
        [],
        {},
        [{"id": MISSING}],
        {"id": None},
        {"id": 1},
        {"id": []},
        {"id": MISSING, "x": 1},
    ],
)
def test_a_link_of_another_form_is_refused(rest: APIClient, value: object) -> None:
    customer = create(rest, "customers", address={"id": create(rest, "addresses")})
    before = read_stored()
    assert find_pointers(rest.post("/api/customers", {"address": value})) == ["#/address"]
    assert find_pointers(rest.patch(f"/api/customers/{customer}", {"address": value})) == [
        "#/address"
    ]
    assert read_stored() == before


@each_link
def test_the_to_many_routes_connect_set_and_disconnect(
    rest: APIClient, parents: str, children: str, back: str
) -> None:
    parent = create(rest, parents)
    one, two, three = (create(rest, children) for _ in range(3))
    address = f"/api/{parents}/{parent}/{children}"
    for method, ids, status, linked in (
        ("post", [one, two], 201, {one, two}),
        ("post", [two, two], 201, {one, two}),
        ("patch", [two, three], 200, {two, three}),
        ("delete", [two, one], 200, {three}),
        ("delete", [], 200, {three}),
        ("patch", [], 200, set()),
    ):
        response = getattr(rest, method)(address, link(*ids))
        assert (response.status_code, response.content) == (status, b"")
        assert read_linked(rest, parents, parent, children) == linked
        assert {
            key for key in (one, two, three) if rest.get(f"/api/{children}/{key}").json()[back]
        } == linked


@each_link
def test_connecting_takes_a_child_from_its_parent(
    rest: APIClient, parents: str, children: str, back: str
) -> None:
    first, second = create(rest, parents), create(rest, parents)
    child = create(rest, children, **{back: {"id": first}})
    assert rest.delete(f"/api/{parents}/{second}/{children}", link(child)).status_code == 200
    assert read_linked(rest, parents, first, children) == {child}
    assert rest.post(f"/api/{parents}/{second}/{children}", link(child)).status_code == 201
    assert read_linked(rest, parents, first, children) == set()


@each_link
def test_a_to_many_list_takes_the_parameters_of_a_list(
    rest: APIClient, parents: str, children: str, back: str
) -> None:
    parent = create(rest, parents)
    ids = [create(rest, children, **{back: {"id": parent}}) for _ in range(3)]
    create(rest, children)
    address = f"/api/{parents}/{parent}/{children}"
    page = rest.get(f"{address}?orderBy[id]=desc&take=1&skip=1", headers={"Prefer": "count=exact"})
    assert [child["id"] for child in page.json()] == [ids[1]]
    assert (page["X-Total-Count"], read_next(page).startswith(f"{address}?")) == ("3", True)
    assert [child["id"] for child in rest.get(f"{address}?where[id]={ids[2]}").json()] == [ids[2]]
    assert find_pointers(rest.get(f"{address}?where[foo]=1&take=-1")) == ["#/where/foo"]


@each_link
@pytest.mark.parametrize("method", ["post", "patch", "delete"])
def test_a_to_many_route_refuses_an_unknown_id(
    rest: APIClient, parents: str, children: str, back: str, method: str
) -> None:
    parent = create(rest, parents)
    child, free = create(rest, children, **{back: {"id": parent}}), create(rest, children)
    before = read_stored()
    response = getattr(rest, method)(
        f"/api/{parents}/{parent}/{children}", link(child, free, MISSING)
    )
    assert find_pointers(response) == ["#/2/id"]
    assert read_stored() == before


@pytest.mark.parametrize("method", ["post", "patch", "delete"])
@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "#"),
        ({"id": MISSING}, "#"),
        (None, "#"),
        ("x", "#"),
        ([MISSING], "#/0"),
        ([None], "#/0"),
        ([[]], "#/0"),
        ([{}], "#/0"),
        ([{"id": 1}], "#/0"),
        ([{"id": MISSING, "quantity": 1}], "#/0"),
        ([{"id": MISSING}] * 10_001, "#"),
    ],
)
def test_a_to_many_route_refuses_another_body(
    rest: APIClient, method: str, body: object, pointer: str
) -> None:
    customer = create(rest, "customers")
    rest.post(f"/api/customers/{customer}/orders", link(create(rest, "orders")))
    before = read_stored()
    assert find_pointers(getattr(rest, method)(f"/api/customers/{customer}/orders", body)) == [
        pointer
    ]
    assert read_stored() == before


@pytest.mark.parametrize("method", ["get", "post", "patch", "delete"])
@pytest.mark.parametrize("path", [f"{MISSING}/orders", "1/orders", "%00/orders", "é/orders"])
def test_a_to_many_route_of_nothing_is_not_found(rest: APIClient, method: str, path: str) -> None:
    body = link(create(rest, "orders")) if method != "get" else None
    before = read_stored()
    assert_problem(getattr(rest, method)(f"/api/customers/{path}", body), 404)
    assert read_stored() == before


def test_a_to_many_route_answers_with_a_trailing_slash(rest: APIClient) -> None:
    customer, order = create(rest, "customers"), create(rest, "orders")
    assert rest.post(f"/api/customers/{customer}/orders/", link(order)).status_code == 201
    assert [item["id"] for item in rest.get(f"/api/customers/{customer}/orders/").json()] == [order]


@each_link
def test_a_body_connects_disconnects_and_sets(
    rest: APIClient, parents: str, children: str, back: str
) -> None:
    one, two, three = (create(rest, children) for _ in range(3))
    response = rest.post(f"/api/{parents}", {children: {"connect": link(one, two)}})
    parent = response.json()["id"]
    assert (response.status_code, children in response.json()) == (201, False)
    for change, linked in (
        ({"connect": link(three), "disconnect": link(one)}, {two, three}),
        ({"set": link(one)}, {one}),
        ({"connect": None}, {one}),
        ({}, {one}),
        (None, {one}),
        ({"set": []}, set()),
    ):
        assert rest.patch(f"/api/{parents}/{parent}", {children: change}).status_code == 200
        assert read_linked(rest, parents, parent, children) == linked


@each_link
@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"connect": [{"id": MISSING}]}, "/connect/0/id"),
        ({"connect": [{}]}, "/connect/0"),
        ({"connect": {}}, ""),
        ({"connect": "x"}, ""),
        ({"create": []}, ""),
        ([], ""),
        ("", ""),
        (1, ""),
    ],
)
def test_a_wrong_nested_change_undoes_the_whole_write(
    rest: APIClient, parents: str, children: str, back: str, change: object, pointer: str
) -> None:
    parent = create(rest, parents)
    before = read_stored()
    body = BODIES[parents] | {children: change}
    for response in (
        rest.post(f"/api/{parents}", body),
        rest.patch(f"/api/{parents}/{parent}", body),
    ):
        assert all(found.startswith(f"#/{children}{pointer}") for found in find_pointers(response))
    assert read_stored() == before


@pytest.mark.parametrize("verb", ["set", "disconnect"])
def test_a_new_row_can_only_connect(rest: APIClient, verb: str) -> None:
    body = {"orders": {verb: link(create(rest, "orders"))}}
    before = read_stored()
    assert find_pointers(rest.post("/api/customers", body)) == ["#/orders"]
    assert read_stored() == before


@each_link
def test_deleting_the_parent_frees_its_children(
    rest: APIClient, parents: str, children: str, back: str
) -> None:
    parent = create(rest, parents)
    child = create(rest, children, **{back: {"id": parent}})
    was = rest.get(f"/api/{children}/{child}").json()
    assert rest.delete(f"/api/{parents}/{parent}").status_code == 200
    shown = rest.get(f"/api/{children}/{child}").json()
    assert shown == was | {back: None, "updatedAt": shown["updatedAt"]}
