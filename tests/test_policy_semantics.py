"""What a policy means to a caller of REST, sentence by sentence."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from rest_framework.test import APIClient

from tests.policies import ALL, READ, call_as, make_user, write_policy
from tests.rest import MISSING, assert_problem, find_pointers, read_stored
from tests.shop.models import Address, Customer, Order, Product

pytestmark = pytest.mark.django_db
Write = Callable[[str], Any]
STALE = {"Authorization": "Bearer stale"}


@pytest.fixture
def ada() -> Any:
    return make_user("ada", "user")


@pytest.fixture
def mine(ada: Any) -> Customer:
    return Customer.objects.create(owner=ada, first_name="Mine", email="mine@example.org")


@pytest.fixture
def foreign() -> Customer:
    return Customer.objects.create(
        owner=make_user("eve", "user"), first_name="Foreign", email="foreign@example.org"
    )


def ask_everything(client: APIClient, row: Customer) -> list[int]:
    address = f"/api/customers/{row.pk}"
    answers = [
        client.get(address),
        client.get("/api/customers"),
        client.post("/api/customers", {}),
        client.patch(address, {"phone": "1"}),
        client.delete(address),
        client.get(f"{address}/orders"),
        client.post(f"{address}/orders", []),
        client.patch(f"{address}/orders", []),
        client.delete(f"{address}/orders", []),
    ]
    return [answer.status_code for answer in answers]


@pytest.mark.parametrize(
    "customers", ["", "view = []\nsearch = []\ncreate = []\nupdate = []\ndelete = []"]
)
@pytest.mark.parametrize("roles", [(), ("user",), ("admin", "user"), ("owner",)])
def test_what_is_not_opened_is_closed(
    policy: Write, customers: str, roles: tuple[str, ...], foreign: Customer
) -> None:
    policy(write_policy(ALL, Customer=customers))
    caller = make_user("bob", *roles)
    before = read_stored()
    assert ask_everything(call_as(caller), foreign) == [403] * 9
    assert ask_everything(call_as(), foreign) == [401] * 9
    assert read_stored() == before


def test_an_entity_without_a_section_is_closed(policy: Write, ada: Any, mine: Customer) -> None:
    policy('roles = ["admin", "user"]\n')
    assert ask_everything(call_as(ada), mine) == [403] * 9


@pytest.mark.parametrize(
    ("roles", "status"),
    [((), 403), (("user",), 403), (("admin",), 200), (("admin", "user"), 200), (("boss",), 403)],
)
def test_a_list_of_roles_opens_to_each_user_with_one(
    policy: Write, roles: tuple[str, ...], status: int, mine: Customer
) -> None:
    policy(write_policy(Customer='view = ["admin"]'))
    assert call_as(make_user("bob", *roles)).get(f"/api/customers/{mine.pk}").status_code == status


def test_all_opens_to_every_known_caller_even_without_roles(policy: Write, mine: Customer) -> None:
    policy(write_policy(Customer='view = "all"'))
    assert call_as(make_user("bob")).get(f"/api/customers/{mine.pk}").status_code == 200
    assert_problem(call_as().get(f"/api/customers/{mine.pk}"), 401)


def test_a_role_that_only_the_database_knows_grants_nothing(policy: Write, mine: Customer) -> None:
    policy(write_policy(Customer='view = ["admin"]'))
    assert_problem(
        call_as(make_user("bob", "Admin", "boss", "own", "public")).get(
            f"/api/customers/{mine.pk}"
        ),
        403,
    )


def test_a_superuser_is_not_special(policy: Write, mine: Customer) -> None:
    policy(write_policy(Customer='view = ["admin"]'))
    root = make_user("root", is_staff=True, is_superuser=True)
    assert_problem(call_as(root).get(f"/api/customers/{mine.pk}"), 403)


@pytest.mark.parametrize("scheme", ["Bearer", "Basic"])
def test_a_change_of_roles_counts_from_the_next_request(
    policy: Write, as_user: APIClient, user: Any, another_admin: Any, foreign: Customer, scheme: str
) -> None:
    policy(write_policy(Customer='view = ["admin"]'))
    if scheme == "Bearer":
        token = as_user.post("/api/login", {"username": "ada", "password": "ada"}).json()[
            "accessToken"
        ]
        as_user.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    statuses = [as_user.get(f"/api/customers/{foreign.pk}").status_code]
    user.groups.add(Group.objects.get_or_create(name="admin")[0])
    statuses.append(as_user.get(f"/api/customers/{foreign.pk}").status_code)
    user.groups.clear()
    statuses.append(as_user.get(f"/api/customers/{foreign.pk}").status_code)
    assert statuses == [403, 200, 403]


def test_lists_are_searched_and_single_rows_viewed(policy: Write, ada: Any, mine: Customer) -> None:
    policy(write_policy(Customer='view = "all"'))
    assert call_as(ada).get(f"/api/customers/{mine.pk}").status_code == 200
    assert_problem(call_as(ada).get("/api/customers"), 403)


def test_a_list_needs_the_right_to_see_its_rows(
    policy: Write, ada: Any, mine: Customer, foreign: Customer
) -> None:
    policy(write_policy(Customer='search = "all"'))
    assert_problem(call_as(ada).get("/api/customers"), 403)
    policy(write_policy(Customer='search = "public"\nview = "own"'))
    assert_problem(call_as().get("/api/customers"), 401)
    assert [row["id"] for row in call_as(ada).get("/api/customers").json()] == [str(mine.pk)]


# Fields


def test_a_field_that_may_not_be_viewed_is_nowhere(policy: Write, ada: Any, mine: Customer) -> None:
    policy(write_policy(Customer=ALL + '\nfields.view.email = ["admin"]'))
    client, address = call_as(ada), f"/api/customers/{mine.pk}"
    assert "email" not in client.get(address).json()
    assert "email" not in client.get("/api/customers").json()[0]
    assert "email" not in client.patch(address, {"email": "new@example.org"}).json()
    assert "email" not in client.post("/api/customers", {"email": "x@example.org"}).json()
    assert "email" not in client.delete(address).json()
    assert Customer.objects.get().email == "x@example.org"


def test_who_may_view_a_field_sees_it(policy: Write, mine: Customer) -> None:
    policy(write_policy(Customer=ALL + '\nfields.view.email = ["admin"]'))
    assert (
        call_as(make_user("bob", "admin")).get(f"/api/customers/{mine.pk}").json()["email"]
        == "mine@example.org"
    )


def test_a_field_that_may_not_be_searched_is_in_no_list(
    policy: Write, ada: Any, mine: Customer
) -> None:
    policy(write_policy(Customer=ALL + '\nfields.search.email = ["admin"]'))
    client = call_as(ada)
    assert client.get(f"/api/customers/{mine.pk}").json()["email"] == "mine@example.org"
    assert "email" not in client.get("/api/customers").json()[0]
    assert client.patch(f"/api/customers/{mine.pk}", {}).json()["email"] == "mine@example.org"


@pytest.mark.parametrize("action", ["view", "search"])
@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("where[email]=mine@example.org", "#/where/email"),
        ("where[email][contains]=m", "#/where/email"),
        ("where[email][not]=m", "#/where/email"),
        ("orderBy[email]=asc", "#/orderBy/0/email"),
    ],
)
def test_no_list_reveals_a_withheld_field_by_its_order_or_its_length(
    policy: Write, ada: Any, mine: Customer, action: str, query: str, pointer: str
) -> None:
    policy(write_policy(Customer=ALL + f'\nfields.{action}.email = ["admin"]'))
    response = call_as(ada).get(f"/api/customers?{query}")
    assert find_pointers(response) in ([pointer], [pointer.replace("/0", "")])
    assert response.json()["errors"][0]["code"] == "unknown"


def test_a_withheld_field_is_unknown_on_the_way_through_links_too(
    policy: Write, ada: Any, mine: Customer
) -> None:
    policy(write_policy(Address=READ, Customer=READ + '\nfields.view.email = ["admin"]'))
    response = call_as(ada).get("/api/addresses?where[customers][some][email]=mine@example.org")
    assert find_pointers(response) == ["#/where/customers/some/email"]


def test_the_id_goes_with_every_row(policy: Write, ada: Any, mine: Customer) -> None:
    fields = "".join(
        f"\nfields.view.{name} = []"
        for name in ("createdAt", "updatedAt", "email", "firstName", "lastName", "phone", "address")
    )
    policy(write_policy(Customer=ALL + fields))
    assert call_as(ada).get(f"/api/customers/{mine.pk}").json() == {"id": str(mine.pk)}
    assert call_as(ada).get("/api/customers").json() == [{"id": str(mine.pk)}]


def test_a_writer_without_view_gets_the_id(policy: Write, ada: Any) -> None:
    policy(write_policy(Customer='create = "all"\nupdate = "all"\ndelete = "all"'))
    created = call_as(ada).post("/api/customers", {"email": "x@example.org"})
    key = created.json()["id"]
    changed = call_as(ada).patch(f"/api/customers/{key}", {"phone": "1"})
    deleted = call_as(ada).delete(f"/api/customers/{key}")
    assert [answer.json() for answer in (created, changed, deleted)] == [{"id": key}] * 3


@pytest.mark.parametrize(
    "extra", [{}, {"phone": "1"}, {"email": 5}, {"email": None}, {"quantity": 5}, {"phone": ["no"]}]
)
@pytest.mark.parametrize("action", ["create", "update"])
def test_a_field_that_may_not_be_written_is_refused_by_name_before_anything_else(
    policy: Write, ada: Any, mine: Customer, action: str, extra: dict[str, Any]
) -> None:
    policy(write_policy(Customer=ALL + f'\nfields.{action}.email = ["admin"]'))
    body, before = {"email": "x@example.org"} | extra, read_stored()
    client = call_as(ada)
    response = (
        client.post("/api/customers", body)
        if action == "create"
        else client.patch(f"/api/customers/{mine.pk}", body)
    )
    assert assert_problem(response, 403)["detail"] == "You may not write the field email."
    assert read_stored() == before


def test_fields_that_may_be_written_are(policy: Write, ada: Any, mine: Customer) -> None:
    policy(write_policy(Customer=ALL + '\nfields.update.email = ["admin"]'))
    assert call_as(ada).patch(f"/api/customers/{mine.pk}", {"phone": "1"}).json()["phone"] == "1"
    admin = call_as(make_user("bob", "admin"))
    assert (
        admin.patch(f"/api/customers/{mine.pk}", {"email": "x@example.org"}).json()["email"]
        == "x@example.org"
    )


# Own rows


OWN = "\n".join(
    f'{action} = ["admin", "own"]' for action in ("view", "search", "create", "update", "delete")
)


def test_a_foreign_row_is_not_there(
    policy: Write, ada: Any, mine: Customer, foreign: Customer
) -> None:
    policy(write_policy(ALL, Customer=OWN))
    client, before = call_as(ada), read_stored()
    statuses = {key: ask_everything(client, Customer(pk=key)) for key in (foreign.pk, MISSING)}
    Customer.objects.exclude(pk__in=[mine.pk, foreign.pk]).delete()
    assert (
        statuses[foreign.pk] == statuses[MISSING] == [404, 200, 201, 404, 404, 404, 404, 404, 404]
    )
    assert read_stored() == before


def test_a_foreign_row_is_answered_in_the_same_words_as_none(
    policy: Write, ada: Any, foreign: Customer
) -> None:
    policy(write_policy(Customer=OWN))
    answers = [call_as(ada).get(f"/api/customers/{key}").content for key in (foreign.pk, MISSING)]
    assert answers[0] == answers[1]


def test_own_rows_are_listed_and_counted(
    policy: Write, ada: Any, mine: Customer, foreign: Customer
) -> None:
    policy(write_policy(Customer=OWN))
    for client, count in ((call_as(ada), 1), (call_as(make_user("bob", "admin")), 2)):
        response = client.get("/api/customers", headers={"Prefer": "count=exact"})
        assert (len(response.json()), response["X-Total-Count"]) == (count, str(count))


def test_no_condition_reaches_a_foreign_row(
    policy: Write, ada: Any, mine: Customer, foreign: Customer
) -> None:
    policy(write_policy(Customer=OWN))
    for query in (
        "where[email][contains]=foreign",
        f"where[id]={foreign.pk}",
        "where[firstName][not]=Mine",
        "skip=1",
    ):
        assert call_as(ada).get(f"/api/customers?{query}").json() == []


def test_own_rows_are_changed_and_deleted(policy: Write, ada: Any, mine: Customer) -> None:
    policy(write_policy(Customer=OWN))
    assert call_as(ada).patch(f"/api/customers/{mine.pk}", {"phone": "1"}).json()["phone"] == "1"
    assert call_as(ada).delete(f"/api/customers/{mine.pk}").json()["phone"] == "1"
    assert not Customer.objects.exists()


def test_a_new_row_belongs_to_its_creator(policy: Write, ada: Any) -> None:
    policy(write_policy(Customer=OWN))
    key = call_as(ada).post("/api/customers", {}).json()["id"]
    assert Customer.objects.get(pk=key).owner == ada


def test_nobody_owns_nothing(policy: Write, ada: Any) -> None:
    policy(write_policy(Customer=OWN))
    orphan = Customer.objects.create()
    assert_problem(call_as().get(f"/api/customers/{orphan.pk}"), 401)
    assert_problem(call_as(ada).get(f"/api/customers/{orphan.pk}"), 404)


def test_a_user_belongs_to_itself(policy: Write, ada: Any) -> None:
    policy(write_policy(User=OWN))
    eve = make_user("eve", "user")
    assert call_as(ada).get(f"/api/users/{ada.pk}").json()["username"] == "ada"
    assert_problem(call_as(ada).get(f"/api/users/{eve.pk}"), 404)
    assert [row["username"] for row in call_as(ada).get("/api/users").json()] == ["ada"]


def test_an_order_belongs_to_whom_its_customer_belongs_to(
    policy: Write, ada: Any, mine: Customer, foreign: Customer
) -> None:
    policy(write_policy(ALL, Order=OWN))
    client = call_as(ada)
    order = client.post("/api/orders", {"customer": {"id": str(mine.pk)}}).json()
    Order.objects.create(customer=foreign)
    Order.objects.create()
    assert [row["id"] for row in client.get("/api/orders").json()] == [order["id"]]


@pytest.mark.parametrize("customer", ["foreign", None])
def test_nobody_makes_a_row_out_of_their_own_reach(
    policy: Write, ada: Any, mine: Customer, foreign: Customer, customer: str | None
) -> None:
    policy(write_policy(ALL, Order=OWN))
    order = Order.objects.create(customer=mine)
    link = {"id": str(foreign.pk)} if customer else None
    before = read_stored()
    created = call_as(ada).post("/api/orders", {"customer": link, "quantity": 1})
    changed = call_as(ada).patch(f"/api/orders/{order.pk}", {"customer": link, "quantity": 1})
    for response in (created, changed):
        assert assert_problem(response, 403)["detail"] == "The result would not belong to you."
    assert read_stored() == before


# Links


@pytest.fixture
def order(foreign: Customer) -> Order:
    return Order.objects.create(customer=foreign, quantity=1)


def test_a_link_to_a_row_that_may_not_be_seen_reads_as_null(
    policy: Write, ada: Any, mine: Customer, order: Order
) -> None:
    policy(write_policy(Order=ALL, Customer=OWN))
    own = Order.objects.create(customer=mine)
    client = call_as(ada)
    shown = {row["id"]: row["customer"] for row in client.get("/api/orders").json()}
    assert shown == {str(order.pk): None, str(own.pk): {"id": str(mine.pk)}}
    assert client.get(f"/api/orders/{order.pk}").json()["customer"] is None
    assert client.patch(f"/api/orders/{order.pk}", {"quantity": 2}).json()["customer"] is None
    order.refresh_from_db()
    assert order.customer is not None


def test_a_link_to_a_closed_entity_reads_as_null(policy: Write, ada: Any, order: Order) -> None:
    policy(write_policy(Order=ALL))
    assert call_as(ada).get("/api/orders").json()[0]["customer"] is None


@pytest.mark.parametrize(
    "query", ["where[customer][id]={}", "where[customer][id]={}&orderBy[customerId]=asc"]
)
def test_a_link_that_reads_as_null_is_not_found_by_its_id(
    policy: Write, ada: Any, mine: Customer, order: Order, query: str
) -> None:
    policy(write_policy(Order=ALL, Customer=OWN))
    assert call_as(ada).get(f"/api/orders?{query.format(order.customer_id)}").json() == []
    own = Order.objects.create(customer=mine)
    assert call_as(ada).get(f"/api/orders?{query.format(mine.pk)}").json()[0]["id"] == str(own.pk)


def test_a_link_that_reads_as_null_sorts_as_null(policy: Write, ada: Any, mine: Customer) -> None:
    policy(write_policy(Order=ALL, Customer=OWN))
    foreign = [Customer.objects.create() for _ in range(3)]
    orders = [
        Order.objects.create(customer=customer)
        for customer in (foreign[2], foreign[0], mine, foreign[1])
    ]
    found = [row["id"] for row in call_as(ada).get("/api/orders?orderBy[customerId]=asc").json()]
    assert found == [str(orders[place].pk) for place in (2, 0, 1, 3)]
    backwards = [
        row["id"] for row in call_as(ada).get("/api/orders?orderBy[customerId]=desc").json()
    ]
    assert backwards == found[::-1]


@pytest.mark.parametrize(
    ("path", "query", "pointer"),
    [
        ("orders", "where[customer][id]=x", "#/where/customer"),
        ("orders", "orderBy[customerId]=asc", "#/orderBy/0/customerId"),
        ("products", "where[orders][some][customer][id]=x", "#/where/orders/some/customer"),
        ("addresses", "where[customers][none][email]=x", "#/where/customers"),
    ],
)
def test_a_link_whose_target_may_not_be_searched_is_unknown(
    policy: Write, ada: Any, path: str, query: str, pointer: str
) -> None:
    policy(write_policy(ALL, Customer='view = "all"'))
    found = find_pointers(call_as(ada).get(f"/api/{path}?{query}"))
    assert found in ([pointer], [pointer.replace("/0", "")])


def test_conditions_on_many_see_the_rows_that_the_caller_sees(
    policy: Write, ada: Any, mine: Customer, order: Order
) -> None:
    policy(write_policy(Customer=ALL, Order=OWN))
    client = call_as(ada)
    assert client.get("/api/customers?where[orders][some][quantity]=1").json() == []
    assert len(client.get("/api/customers?where[orders][none][quantity]=1").json()) == 2
    assert len(client.get("/api/customers?where[orders][every][quantity]=7").json()) == 2


def test_linking_needs_the_right_to_see_the_other_row(
    policy: Write, ada: Any, foreign: Customer
) -> None:
    policy(write_policy(Order=ALL, Customer=OWN))
    before = read_stored()
    response = call_as(ada).post("/api/orders", {"customer": {"id": str(foreign.pk)}})
    assert find_pointers(response) == ["#/customer/id"]
    assert read_stored() == before


def send_links(client: APIClient, parent: Customer, way: str, *rows: Order) -> Any:
    links = [{"id": str(row.pk)} for row in rows]
    address = f"/api/customers/{parent.pk}"
    routes = {"POST": client.post, "PATCH": client.patch, "DELETE": client.delete}
    return (
        routes[way](f"{address}/orders", links)
        if way in routes
        else client.patch(address, {"orders": {way: links}})
    )


WAYS = ("POST", "PATCH", "DELETE", "connect", "set", "disconnect")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("rows", [0, 1])
@pytest.mark.parametrize(
    ("orders", "customers"),
    [
        ("", ALL),
        (READ, ALL),
        (ALL + "\nfields.update.customer = []", ALL),
        (ALL, READ),
        (ALL, ALL + "\nfields.update.orders = []"),
    ],
    ids=["closed", "read only", "its field", "parent", "parent's field"],
)
def test_changing_links_to_many_needs_update_on_both_sides(
    policy: Write,
    ada: Any,
    order: Order,
    foreign: Customer,
    way: str,
    rows: int,
    orders: str,
    customers: str,
) -> None:
    policy(write_policy(ALL, Order=orders, Customer=customers))
    before = read_stored()
    assert_problem(send_links(call_as(ada), foreign, way, *[order][:rows]), 403)
    assert read_stored() == before


@pytest.mark.parametrize("way", WAYS)
def test_links_to_many_reach_no_row_that_the_caller_does_not(
    policy: Write, ada: Any, order: Order, mine: Customer, way: str
) -> None:
    policy(write_policy(ALL, Order=OWN))
    before = read_stored()
    assert_problem(send_links(call_as(ada), mine, way, order), 400)
    assert read_stored() == before


@pytest.mark.parametrize("way", ["connect", "POST"])
def test_connecting_needs_the_right_to_see(
    policy: Write, ada: Any, order: Order, mine: Customer, way: str
) -> None:
    policy(write_policy(ALL, Order='view = ["admin", "own"]\nupdate = "all"'))
    before = read_stored()
    assert_problem(send_links(call_as(ada), mine, way, order), 400)
    assert read_stored() == before


@pytest.mark.parametrize(("way", "status"), [("PATCH", 200), ("set", 200)])
def test_setting_links_leaves_foreign_rows_alone(
    policy: Write, ada: Any, mine: Customer, order: Order, way: str, status: int
) -> None:
    policy(
        write_policy(
            ALL, Product=ALL, Customer=ALL, Order='view = "all"\nsearch = "all"\nupdate = ["own"]'
        )
    )
    shared = Product.objects.create()
    own = Order.objects.create(customer=mine, product=shared)
    Order.objects.filter(pk=order.pk).update(product=shared)
    client = call_as(ada)
    body: Any = [] if way == "PATCH" else {"orders": {"set": []}}
    address = f"/api/products/{shared.pk}" + ("/orders" if way == "PATCH" else "")
    assert client.patch(address, body).status_code == status
    assert set(shared.orders.all()) == {order}
    assert not Order.objects.get(pk=own.pk).product


@pytest.mark.parametrize("way", WAYS)
def test_links_take_no_row_out_of_the_callers_reach(
    policy: Write, ada: Any, mine: Customer, foreign: Customer, way: str
) -> None:
    policy(write_policy(ALL, Order=OWN))
    own = Order.objects.create(customer=mine)
    gives = way in ("POST", "PATCH", "connect", "set")
    before = read_stored()
    response = send_links(call_as(ada), foreign if gives else mine, way, own)
    assert assert_problem(response, 403)["detail"] == "The result would not belong to you."
    assert read_stored() == before


def test_the_links_of_a_row_are_listed_by_the_rules_of_both(
    policy: Write, ada: Any, mine: Customer, foreign: Customer, order: Order
) -> None:
    policy(write_policy(Customer=READ, Order=OWN))
    own = Order.objects.create(customer=mine)
    client = call_as(ada)
    assert [row["id"] for row in client.get(f"/api/customers/{mine.pk}/orders").json()] == [
        str(own.pk)
    ]
    assert client.get(f"/api/customers/{foreign.pk}/orders").json() == []


def test_a_link_to_many_that_may_not_be_viewed_is_not_listed(
    policy: Write, ada: Any, mine: Customer
) -> None:
    policy(write_policy(ALL, Customer=ALL + '\nfields.view.orders = ["admin"]'))
    response = call_as(ada).get(f"/api/customers/{mine.pk}/orders")
    assert assert_problem(response, 403)["detail"] == "You may not see the field orders."


# Public actions

PUBLIC = "\n".join(
    f'{action} = "public"' for action in ("view", "search", "create", "update", "delete")
)


@pytest.mark.parametrize(
    "headers", [{}, STALE, {"Authorization": ""}, {"Authorization": "Basic !"}]
)
def test_a_public_action_needs_no_credentials_and_minds_none(
    policy: Write, order: Order, foreign: Customer, headers: dict[str, str]
) -> None:
    policy(write_policy(PUBLIC))
    client = APIClient(headers=headers)
    assert ask_everything(client, foreign) == [200, 200, 201, 200, 200, 404, 404, 404, 404]
    assert [send_links(client, Customer.objects.get(), way, order).status_code for way in WAYS] == [
        201, 200, 200, 200, 200, 200,
    ]  # fmt: skip


def test_what_is_not_public_of_a_public_row_is_kept_from_nobody_in_particular(
    policy: Write, order: Order, foreign: Customer
) -> None:
    Customer.objects.filter(pk=foreign.pk).update(address=Address.objects.create())
    policy(write_policy(Customer=PUBLIC + '\nfields.view.email = "all"', Order=READ, Address=READ))
    for client in (APIClient(), APIClient(headers=STALE)):
        shown = client.get(f"/api/customers/{foreign.pk}").json()
        assert (shown["firstName"], shown["address"], "email" in shown) == ("Foreign", None, False)
        assert "email" not in client.get("/api/customers").json()[0]
        assert find_pointers(client.get("/api/customers?where[email]=x")) == ["#/where/email"]
        assert_problem(client.get(f"/api/customers/{foreign.pk}/orders"), 401)
        assert_problem(client.get("/api/orders"), 401)


@pytest.mark.parametrize("headers", [{}, STALE])
def test_whom_nobody_knows_is_asked_for_credentials_where_a_field_needs_them(
    policy: Write, foreign: Customer, headers: dict[str, str]
) -> None:
    policy(
        write_policy(
            Customer=PUBLIC + '\nfields.update.email = "all"\nfields.view.orders = "all"',
            Order=PUBLIC,
        )
    )
    client, before = APIClient(headers=headers), read_stored()
    written = client.patch(f"/api/customers/{foreign.pk}", {"email": "x@example.org"})
    assert assert_problem(written, 401)["detail"] == "You may not write the field email."
    assert "Bearer" in written["WWW-Authenticate"]
    assert_problem(client.get(f"/api/customers/{foreign.pk}/orders"), 401)
    assert read_stored() == before


def test_over_graphql_stale_credentials_matter_only_where_any_are_needed(
    policy: Write, foreign: Customer
) -> None:
    Customer.objects.filter(pk=foreign.pk).update(address=Address.objects.create())
    policy(write_policy(Customer=PUBLIC, Order=READ, Address=READ))
    client = APIClient(headers=STALE)
    shown = client.post(
        "/graphql", {"query": "{ customers { firstName address { id city } } }"}
    ).json()
    assert shown == {"data": {"customers": [{"firstName": "Foreign", "address": None}]}}
    made = client.post(
        "/graphql", {"query": 'mutation { createCustomer(data: {phone: "1"}) { phone } }'}
    ).json()
    assert made == {"data": {"createCustomer": {"phone": "1"}}}
    refused = client.post("/graphql", {"query": "{ customers { id } orders { id } }"}).json()
    assert [error["extensions"]["code"] for error in refused["errors"]] == ["UNAUTHENTICATED"]
    assert refused["errors"][0]["message"] != "Authentication credentials were not provided."


@pytest.mark.parametrize(
    ("customer", "order", "listing", "connecting"),
    [
        (PUBLIC, PUBLIC, True, True),
        (PUBLIC, READ, False, False),
        (READ, PUBLIC, False, False),
        (PUBLIC, 'view = "public"\nsearch = "public"', True, False),
        (PUBLIC, 'view = "all"\nsearch = "public"\nupdate = "public"', False, False),
        (PUBLIC + '\nfields.view.orders = "all"', PUBLIC, False, True),
        (PUBLIC + '\nfields.update.orders = "all"', PUBLIC, True, False),
        (PUBLIC, PUBLIC + '\nfields.update.customer = "all"', True, False),
    ],
)
def test_the_documentation_says_which_links_need_no_credentials(
    policy: Write,
    foreign: Customer,
    customer: str,
    order: str,
    listing: bool,  # noqa: FBT001
    connecting: bool,  # noqa: FBT001
) -> None:
    policy(write_policy(Customer=customer, Order=order))
    path = APIClient().get("/api/schema").json()["paths"]["/api/customers/{id}/orders"]
    assert [path[method]["security"] == [] for method in ("get", "post", "patch", "delete")] == [
        listing, connecting, connecting, connecting,
    ]  # fmt: skip
    assert (APIClient().get(f"/api/customers/{foreign.pk}/orders").status_code == 200) == listing
    assert (
        APIClient().patch(f"/api/customers/{foreign.pk}/orders", []).status_code == 200
    ) == connecting


def test_a_public_action_still_knows_a_caller_with_good_credentials(
    policy: Write, ada: Any, foreign: Customer
) -> None:
    policy(write_policy(Customer=PUBLIC + '\nfields.view.email = "all"'))
    assert call_as(ada).get(f"/api/customers/{foreign.pk}").json()["email"] == "foreign@example.org"
    key = call_as(ada).post("/api/customers", {}).json()["id"]
    assert Customer.objects.get(pk=key).owner == ada


def test_stale_credentials_are_refused_where_any_are_needed(policy: Write, mine: Customer) -> None:
    policy(write_policy(Customer='view = "all"'))
    response = APIClient(headers=STALE).get(f"/api/customers/{mine.pk}")
    assert (
        assert_problem(response, 401)["detail"] != "Authentication credentials were not provided."
    )
    assert "Bearer" in response["WWW-Authenticate"]
