"""ETag, `If-None-Match` and `If-Match` of rows, as RFC 9110 says."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.policies import ALL, call_as, make_user, write_policy
from tests.rest import MISSING, assert_problem, read_stored
from tests.shop.models import Address, Customer, Order

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("as_described")]
STALE = '"0123456789abcdef0123456789abcdef"'
Send = Callable[[], Any]


@pytest.fixture
def customer(db: None) -> str:
    return f"/api/customers/{Customer.objects.create(first_name='Ada').pk}"


def read_tag(client: APIClient, address: str) -> str:
    tag: str = client.get(address)["ETag"]
    assert tag.startswith('"')
    assert tag.endswith('"')
    return tag


def link(*rows: Any) -> list[dict[str, str]]:
    return [{"id": str(row.pk)} for row in rows]


def test_a_row_has_one_tag_until_it_changes(rest: APIClient, customer: str) -> None:
    tag = read_tag(rest, customer)
    assert rest.get(customer)["ETag"] == rest.head(customer)["ETag"] == tag
    changed = rest.patch(customer, {"phone": "1"})
    assert changed["ETag"] == read_tag(rest, customer) != tag


def test_a_new_row_answers_its_tag_and_where_it_is(rest: APIClient) -> None:
    made = rest.post("/api/customers", {})
    key = made.json()["id"]
    assert (made.status_code, made["Location"]) == (201, f"customers/{key}")
    assert made["ETag"] == read_tag(rest, f"/api/customers/{key}")
    with_slash = rest.post("/api/customers/", {})
    assert with_slash["Location"] == with_slash.json()["id"]


@pytest.mark.parametrize("form", ["{}", "W/{}", '"x", {}', '"x",W/{} , "y"', "*"])
def test_what_the_caller_has_already_is_not_sent_again(
    rest: APIClient, customer: str, form: str
) -> None:
    tag = read_tag(rest, customer)
    for send in (rest.get, rest.head):
        response = send(customer, headers={"If-None-Match": form.format(tag)})
        assert (response.status_code, response.content, response["ETag"]) == (304, b"", tag)
        assert response["Cache-Control"] == "private, no-cache"
        assert "Authorization" in response["Vary"]
        assert not {"Content-Type", "Content-Length"} & response.headers.keys()


@pytest.mark.parametrize("value", [STALE, "", "nonsense", '"', "W/", STALE.strip('"'), f"{STALE}x"])
def test_with_another_tag_it_is_sent(rest: APIClient, customer: str, value: str) -> None:
    response = rest.get(customer, headers={"If-None-Match": value})
    assert (response.status_code, response.json()["firstName"]) == (200, "Ada")


def test_a_read_may_ask_for_one_state(rest: APIClient, customer: str) -> None:
    tag = read_tag(rest, customer)
    assert rest.get(customer, headers={"If-Match": tag}).status_code == 200
    assert_problem(rest.get(customer, headers={"If-Match": STALE}), 412)
    # The first of both decides (RFC 9110 section 13.2.2).
    assert rest.get(customer, headers={"If-Match": tag, "If-None-Match": tag}).status_code == 304


@pytest.fixture
def writes(rest: APIClient, customer: str) -> dict[str, Callable[..., Any]]:
    linked, free = Order.objects.create(customer=Customer.objects.get()), Order.objects.create()
    return {
        "patch": lambda **headers: rest.patch(customer, {"phone": "2"}, headers=headers),
        "nested": lambda **headers: rest.patch(
            customer, {"orders": {"set": link(free)}}, headers=headers
        ),
        "connect": lambda **headers: rest.post(f"{customer}/orders", link(free), headers=headers),
        "set": lambda **headers: rest.patch(f"{customer}/orders", link(free), headers=headers),
        "disconnect": lambda **headers: rest.delete(
            f"{customer}/orders", link(linked), headers=headers
        ),
        "delete": lambda **headers: rest.delete(customer, headers=headers),
    }


WRITES = ("patch", "nested", "connect", "set", "disconnect", "delete")
each_write = pytest.mark.parametrize("write", WRITES)


@each_write
def test_a_write_to_another_state_is_refused_and_does_nothing(
    rest: APIClient, customer: str, writes: dict[str, Any], write: str
) -> None:
    tag = read_tag(rest, customer)
    refused = (
        {"If-Match": STALE},
        {"If-Match": f"W/{tag}"},
        {"If-Match": ""},
        {"If-None-Match": tag},
    )
    before = read_stored()
    for headers in (*refused, {"If-None-Match": "*"}, {"If-None-Match": f'"x", W/{tag}'}):
        assert_problem(writes[write](**headers), 412)
    assert read_stored() == before


@each_write
@pytest.mark.parametrize("form", ["{}", '"x", {}', "*"])
def test_a_write_to_the_state_that_was_read_is_done_once(
    rest: APIClient, customer: str, writes: dict[str, Any], write: str, form: str
) -> None:
    headers = {"If-Match": form.format(read_tag(rest, customer))}
    response = writes[write](**headers)
    assert response.status_code in (200, 201)
    if write == "delete":
        assert_problem(writes[write](**headers), 404)
        return
    assert response["ETag"] == read_tag(rest, customer)
    if form != "*":
        before = read_stored()
        assert_problem(writes[write](**headers), 412)
        assert read_stored() == before


def test_a_change_by_any_road_makes_another_state(rest: APIClient, customer: str) -> None:
    order, row = Order.objects.create(), Customer.objects.get()
    mutation = "mutation ($where: CustomerWhereUniqueInput!, $data: CustomerUpdateInput!) "
    mutation += "{ updateCustomer(where: $where, data: $data) { id } }"
    data = {"where": {"id": str(row.pk)}, "data": {"orders": {"connect": link(order)}}}
    roads: list[Send] = [
        lambda: rest.patch(customer, {"phone": "1"}),
        lambda: rest.post(f"{customer}/orders", link(order)),
        lambda: rest.delete(f"{customer}/orders", link(order)),
        lambda: rest.post("/graphql", {"query": mutation, "variables": data}),
        lambda: rest.patch(customer, {"address": link(Address.objects.create())[0]}),
        lambda: rest.delete(f"/api/addresses/{Address.objects.get().pk}"),
    ]
    for road in roads:
        tag = read_tag(rest, customer)
        road()
        assert_problem(rest.patch(customer, {"phone": "x"}, headers={"If-Match": tag}), 412)


def test_what_is_refused_anyway_is_refused_as_ever(
    rest: APIClient, api: APIClient, customer: str
) -> None:
    missing, headers = f"/api/customers/{MISSING}", {"If-Match": "*"}
    assert_problem(rest.patch(missing, {}, headers=headers), 404)
    assert_problem(rest.delete(missing, headers=headers), 404)
    assert_problem(rest.post(f"{missing}/orders", [], headers=headers), 404)
    assert_problem(rest.get(missing, headers=headers), 404)
    assert_problem(api.patch(customer, {}, headers={"If-Match": STALE}), 401)
    # Before the body is looked at (RFC 9110 section 13.2.1).
    assert_problem(rest.patch(customer, {"nothing": 1}, headers={"If-Match": STALE}), 412)
    assert_problem(
        rest.patch(customer, {"nothing": 1}, headers={"If-Match": read_tag(rest, customer)}), 400
    )


def test_callers_who_see_different_fields_have_different_tags(policy: Callable[[str], Any]) -> None:
    fields = 'fields.view.phone = ["admin"]'
    policy(write_policy(ALL, Customer=f"{ALL}\n{fields}"))
    admin, ada = (
        call_as(make_user(name, role)) for name, role in (("root", "admin"), ("ada", "user"))
    )
    row = Customer.objects.create(phone="1")
    address = f"/api/customers/{row.pk}"
    tags = {client: read_tag(client, address) for client in (admin, ada)}
    assert tags[admin] != tags[ada]
    assert ada.patch(address, {"lastName": "x"}, headers={"If-Match": tags[ada]}).status_code == 200
    assert_problem(admin.patch(address, {"lastName": "y"}, headers={"If-Match": tags[admin]}), 412)


def test_a_link_that_the_caller_may_not_see_is_none_in_the_tag(
    policy: Callable[[str], Any],
) -> None:
    own = f'view = "own"\nsearch = "own"\n{ALL.partition(chr(10))[2].partition(chr(10))[2]}'
    policy(write_policy(ALL, Customer=own))
    ada, eve = make_user("ada", "user"), make_user("eve", "user")
    order = Order.objects.create(customer=Customer.objects.create(owner=eve))
    address, client = f"/api/orders/{order.pk}", call_as(ada)
    assert client.get(address).json()["customer"] is None
    tag = read_tag(client, address)
    assert tag != read_tag(call_as(eve), address)
    assert client.patch(address, {"quantity": 1}, headers={"If-Match": tag}).status_code == 200


def test_the_tag_is_the_same_however_the_row_is_read(
    rest: APIClient, customer: str, monkeypatch: Any
) -> None:
    tag = read_tag(rest, customer)
    monkeypatch.setattr("entity_api.access.asks_alike", lambda viewset: False)
    monkeypatch.setattr("entity_api.reading.reading.find_own_hook", lambda viewset: "a hook")
    assert read_tag(rest, customer) == tag
    monkeypatch.setattr("entity_api.reading.presenting.find_encoder", lambda *_: None)
    assert read_tag(rest, customer) == tag


@pytest.mark.parametrize(
    "path", ["customers", "me", "schema", "_health/live", "nothing", "sessions"]
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_every_answer_says_how_it_may_be_kept(rest: APIClient, path: str, method: str) -> None:
    response = getattr(rest, method)(f"/api/{path}")
    expected = "no-cache" if (path, method) == ("schema", "get") else "private, no-cache"
    assert response["Cache-Control"] == expected
    assert ("Authorization" in response.get("Vary", "")) == (expected == "private, no-cache")


def test_what_holds_a_token_is_not_kept_at_all(as_admin: APIClient, api: APIClient) -> None:
    credentials = {"username": "admin", "password": "admin"}
    login = api.post("/api/login", credentials)
    refreshed = api.post("/api/token/refresh", {"refreshToken": login.json()["refreshToken"]})
    query = (
        'mutation { login(credentials: {username: "admin", password: "admin"}) { accessToken } }'
    )
    for response in (login, refreshed, api.post("/graphql", {"query": query})):
        assert response.status_code in (200, 201)
        assert response["Cache-Control"] == "no-store"


def test_the_next_page_is_relative_to_this_one(rest: APIClient) -> None:
    Order.objects.bulk_create([Order(), Order()])
    for path in ("/api/orders?take=1", "/api/orders/?take=1"):
        response = rest.get(
            path, headers={"Host": "localhost", "X-Forwarded-Host": "evil.example.org"}
        )
        assert response["Link"].startswith("<?take=1&after=")
