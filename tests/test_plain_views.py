"""A plain DRF view obeys permissions.toml: own rows, hidden and withheld fields; what cannot obey
is refused.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import PROTECT
from django.test.utils import CaptureQueriesContext
from django.urls import include, path

from accounts.models import User
from auth_core.policy.view_checks import check_views
from tests import readme
from tests.policies import ALL, READ, call_as, make_user, write_policy
from tests.rest import assert_problem, find_pointers, read_stored
from tests.shop.models import Address, Customer, Order
from tests.urls import urlpatterns as service

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.plain")]
Write = Callable[[str], Any]
OWN = "\n".join(
    f'{action} = ["admin", "own"]' for action in ("view", "search", "create", "update", "delete")
)
PLAIN = "/api/plain"
SECRET = "secret@example.org"
# Every plain view of customers that obeys, by the addresses of its list and of a row.
LISTS = ("customers", "handmade", "list", "searched")


@pytest.fixture
def ada() -> Any:
    return make_user("ada", "user")


@pytest.fixture
def eve() -> Any:
    return make_user("eve", "user")


@pytest.fixture
def root() -> Any:
    return make_user("root", "admin")


@pytest.fixture
def mine(ada: Any) -> Customer:
    return Customer.objects.create(owner=ada, first_name="Mine", email=SECRET)


@pytest.fixture
def foreign(eve: Any) -> Customer:
    return Customer.objects.create(owner=eve, first_name="Foreign", email=SECRET)


@pytest.fixture
def nobodys() -> Customer:
    return Customer.objects.create(first_name="Nobody's")


def list_ids(user: Any, name: str) -> list[str]:
    response = call_as(user).get(f"{PLAIN}/{name}")
    assert response.status_code == 200, response.content
    return sorted(row["id"] for row in response.json())


# Rows


@pytest.mark.parametrize("name", LISTS)
def test_a_list_shows_own_rows(
    policy: Write,
    ada: Any,
    root: Any,
    mine: Customer,
    foreign: Customer,
    nobodys: Customer,
    name: str,
) -> None:
    policy(write_policy(Customer=OWN))
    assert list_ids(ada, name) == [str(mine.pk)]
    assert len(list_ids(root, name)) == 3
    assert_problem(call_as().get(f"{PLAIN}/{name}"), 401)


@pytest.mark.parametrize("name", LISTS)
def test_a_foreign_row_is_not_there(policy: Write, ada: Any, foreign: Customer, name: str) -> None:
    policy(write_policy(Customer=OWN))
    client, address, before = call_as(ada), f"{PLAIN}/{name}/{foreign.pk}", read_stored()
    if name != "list":
        assert_problem(client.post(f"{address}/rename"), 404)
    for answer in (
        client.get(address),
        client.patch(address, {"first_name": "x"}),
        client.delete(address),
    ):
        assert_problem(answer, 404)
    assert read_stored() == before


@pytest.mark.parametrize("name", LISTS)
def test_own_rows_are_read_changed_and_deleted(
    policy: Write, ada: Any, mine: Customer, name: str
) -> None:
    policy(write_policy(Customer=OWN))
    client, address = call_as(ada), f"{PLAIN}/{name}/{mine.pk}"
    assert client.get(address).json()["first_name"] == "Mine"
    assert client.patch(address, {"first_name": "x"}).json()["first_name"] == "x"
    assert client.delete(address).status_code == 204
    assert not Customer.objects.exists()


@pytest.mark.parametrize("name", ["orders", "made"])
def test_rows_that_belong_over_a_link_are_reported_apart(
    policy: Write, ada: Any, mine: Customer, foreign: Customer, name: str
) -> None:
    policy(write_policy(ALL, Order=OWN))
    kept = Order.objects.create(customer=mine, quantity=1)
    others = [Order.objects.create(customer=customer, quantity=2) for customer in (foreign, None)]
    assert list_ids(ada, name) == [str(kept.pk)]
    before = read_stored()
    for row in others:
        assert_problem(call_as(ada).patch(f"{PLAIN}/{name}/{row.pk}", {"quantity": 99}), 404)
        assert_problem(call_as(ada).delete(f"{PLAIN}/{name}/{row.pk}"), 404)
    assert read_stored() == before


@pytest.mark.parametrize("name", ["orders", "made"])
def test_no_row_is_made_out_of_reach(
    policy: Write, ada: Any, mine: Customer, foreign: Customer, name: str
) -> None:
    policy(write_policy(ALL, Order=OWN))
    order = Order.objects.create(customer=mine)
    client, before = call_as(ada), read_stored()
    for customer in (str(foreign.pk), None):
        created = client.post(f"{PLAIN}/{name}", {"customer": customer})
        changed = client.patch(f"{PLAIN}/{name}/{order.pk}", {"customer": customer})
        assert [assert_problem(answer, 403)["detail"] for answer in (created, changed)] == [
            "The result would not belong to you."
        ] * 2
    assert read_stored() == before
    assert client.post(f"{PLAIN}/{name}", {"customer": str(mine.pk)}).status_code == 201


@pytest.mark.parametrize("name", ["customers", "handmade", "list"])
def test_a_new_row_belongs_to_its_creator(policy: Write, ada: Any, name: str) -> None:
    policy(write_policy(Customer=OWN))
    key = call_as(ada).post(f"{PLAIN}/{name}", {"first_name": "New"}).json()["id"]
    assert Customer.objects.get(pk=key).owner == ada


def test_a_caller_of_all_rows_names_an_owner_or_none(policy: Write, ada: Any, eve: Any) -> None:
    policy(write_policy(ALL))
    client = call_as(ada)
    named = client.post(f"{PLAIN}/given-owner", {"owner": str(eve.pk)}).json()["id"]
    unnamed = client.post(f"{PLAIN}/given-owner", {}).json()["id"]
    unnameable = client.post(f"{PLAIN}/customers", {"first_name": "x"}).json()["id"]
    owners = [Customer.objects.get(pk=key).owner for key in (named, unnamed, unnameable)]
    assert owners == [eve, None, ada]


def test_a_row_taken_by_hand_is_not_given_away(
    policy: Write, ada: Any, eve: Any, mine: Customer
) -> None:
    policy(write_policy(Customer=OWN))
    before = read_stored()
    assert_problem(call_as(ada).post(f"{PLAIN}/given/{mine.pk}", {"owner": str(eve.pk)}), 403)
    assert read_stored() == before
    assert call_as(ada).post(f"{PLAIN}/given/{mine.pk}", {"owner": str(ada.pk)}).status_code == 204


def test_a_generic_view_is_asked_by_its_methods(policy: Write, ada: Any, mine: Customer) -> None:
    """It has no actions: POST creates, DELETE deletes, and a GET without a key is a search."""
    policy(write_policy(Customer='view = "all"\nupdate = "all"'))
    client, address = call_as(ada), f"{PLAIN}/list/{mine.pk}"
    answers = [
        client.get(f"{PLAIN}/list"),
        client.post(f"{PLAIN}/list", {}),
        client.delete(address),
    ]
    assert [answer.status_code for answer in answers] == [403] * 3
    assert [client.get(address).status_code, client.patch(address, {}).status_code] == [200, 200]


def test_the_view_of_the_documentation_obeys(
    policy: Write, settings: Any, ada: Any, mine: Customer, foreign: Customer
) -> None:
    code = next(block.code for block in readme.BLOCKS if "class PlainOrderViewSet" in block.code)
    module: Any = ModuleType("plain_orders")
    # The tests have a domain of their own.
    exec(code.replace("entities.models", "tests.shop.models"), vars(module))  # noqa: S102 (our own documentation)
    module.urlpatterns = [path("api/", include(module.router.urls)), *service]
    settings.ROOT_URLCONF = module
    policy(write_policy(ALL, Order=OWN))
    assert check_views() == []
    kept, other = (
        Order.objects.create(customer=customer, quantity=1) for customer in (mine, foreign)
    )
    assert [row["id"] for row in call_as(ada).get("/api/plain-orders").json()] == [str(kept.pk)]
    assert_problem(call_as(ada).patch(f"/api/plain-orders/{other.pk}", {"quantity": 99}), 404)
    assert_problem(call_as(ada).delete(f"/api/plain-orders/{other.pk}"), 404)
    assert Order.objects.filter(quantity=1).count() == 2


@pytest.mark.parametrize("name", ["users", "unasking-users"])
def test_accounts_of_staff_are_left_to_superusers(
    policy: Write, root: Any, ada: Any, name: str
) -> None:
    policy(write_policy(ALL))
    boss = make_user("boss", is_staff=True, is_superuser=True)
    client, before = call_as(root), read_stored()
    for answer in (
        client.patch(f"{PLAIN}/{name}/{boss.pk}", {"email": "mine@example.org"}),
        client.delete(f"{PLAIN}/{name}/{boss.pk}"),
        client.patch(f"{PLAIN}/{name}/{ada.pk}", {"is_staff": True}),
    ):
        assert answer.status_code in (403, 404)
    assert read_stored() == before
    assert (
        call_as(boss).patch(f"{PLAIN}/{name}/{boss.pk}", {"email": "x@example.org"}).status_code
        == 200
    )
    assert (
        call_as(root).patch(f"{PLAIN}/users/{ada.pk}", {"email": "x@example.org"}).status_code
        == 200
    )


@pytest.mark.parametrize(
    "body",
    [{"is_superuser": True}, {"is_staff": True}, {"user_permissions": [1]}, {"password": "x"}],
)
def test_nobody_raises_their_own_rights_or_sets_their_own_password(
    policy: Write, ada: Any, body: dict[str, Any]
) -> None:
    policy(write_policy(ALL))
    client, before = call_as(ada), read_stored()
    assert_problem(client.patch(f"{PLAIN}/users/{ada.pk}", body), 403)
    assert read_stored() == before
    assert (
        client.patch(f"{PLAIN}/users/{ada.pk}", {"email": "x@example.org"}).json()["email"]
        == "x@example.org"
    )


def test_no_serializer_shows_a_hash(policy: Write, ada: Any) -> None:
    policy(write_policy(ALL))
    ada.set_password("x")
    ada.save()
    assert "password" not in call_as(ada).get(f"{PLAIN}/users").json()[0]
    assert ada.password not in call_as(ada).get(f"{PLAIN}/users/{ada.pk}").text


# Fields


HIDDEN = ALL + '\nfields.view.email = ["admin"]'


@pytest.mark.parametrize("name", ["customers", "list", "handmade"])
def test_a_hidden_field_is_shown_under_no_name(
    policy: Write, ada: Any, root: Any, mine: Customer, name: str
) -> None:
    policy(write_policy(ALL, Customer=HIDDEN))
    client, address = call_as(ada), f"{PLAIN}/{name}/{mine.pk}"
    new = {"first_name": "x"}
    answers = [client.get(address), client.get(f"{PLAIN}/{name}"), client.patch(address, new)]
    answers.append(client.post(f"{PLAIN}/{name}", new))
    assert [answer.status_code for answer in answers] == [200, 200, 200, 201]
    assert not any(
        SECRET in answer.text or "contact" in answer.text or "mail" in answer.text
        for answer in answers
    )
    assert SECRET in call_as(root).get(address).text


def test_a_field_hidden_by_its_wire_name_is_the_same_column(
    policy: Write, ada: Any, mine: Customer
) -> None:
    policy(
        write_policy(
            ALL, Customer=ALL + "\nfields.view.firstName = []\nfields.update.firstName = []"
        )
    )
    assert "first_name" not in call_as(ada).get(f"{PLAIN}/customers/{mine.pk}").json()
    assert_problem(call_as(ada).patch(f"{PLAIN}/customers/{mine.pk}", {"first_name": "x"}), 403)


def test_a_field_hidden_in_lists_is_shown_in_single_rows(
    policy: Write, ada: Any, mine: Customer
) -> None:
    policy(write_policy(ALL, Customer=ALL + '\nfields.search.email = ["admin"]'))
    assert "contact" not in call_as(ada).get(f"{PLAIN}/customers").json()[0]
    assert "contact" in call_as(ada).get(f"{PLAIN}/customers/{mine.pk}").json()


@pytest.mark.parametrize("method", ["patch", "put"])
def test_a_withheld_field_is_not_written_under_another_name(
    policy: Write, ada: Any, root: Any, mine: Customer, method: str
) -> None:
    policy(
        write_policy(
            ALL, Customer=ALL + '\nfields.update.email = ["admin"]\nfields.create.email = ["admin"]'
        )
    )
    body, before = {"contact": "new@example.org", "first_name": "x"}, read_stored()
    address = f"{PLAIN}/customers/{mine.pk}"
    for answer in (
        getattr(call_as(ada), method)(address, body),
        call_as(ada).post(f"{PLAIN}/customers", body),
    ):
        assert assert_problem(answer, 403)["detail"] == "You may not write the field contact."
    assert read_stored() == before
    assert getattr(call_as(root), method)(address, body).json()["contact"] == "new@example.org"


def test_what_may_be_changed_but_not_viewed_shows_its_key(
    policy: Write, ada: Any, foreign: Customer
) -> None:
    policy(write_policy(Customer='create = "all"\nupdate = "all"'))
    changed = call_as(ada).patch
    assert call_as(ada).post(f"{PLAIN}/customers", {"first_name": "x"}).json().keys() == {"id"}
    assert_problem(call_as(ada).get(f"{PLAIN}/customers/{foreign.pk}"), 403)
    assert changed(f"{PLAIN}/customers/{foreign.pk}", {"phone": "1"}).json() == {
        "id": str(foreign.pk)
    }
    policy(write_policy(Customer='view = "own"\nupdate = "all"'))
    assert changed(f"{PLAIN}/customers/{foreign.pk}", {"phone": "2"}).json() == {
        "id": str(foreign.pk)
    }
    assert call_as(ada).post(f"{PLAIN}/customers/{foreign.pk}/rename").json() == {
        "id": str(foreign.pk)
    }


# Links


def test_a_link_to_a_row_out_of_reach_reads_as_null_and_cannot_be_written(
    policy: Write, ada: Any, mine: Customer, foreign: Customer
) -> None:
    policy(write_policy(ALL, Customer=OWN))
    orders = {customer: Order.objects.create(customer=customer) for customer in (mine, foreign)}
    shown = {row["id"]: row["customer"] for row in call_as(ada).get(f"{PLAIN}/orders").json()}
    assert shown == {str(orders[mine].pk): str(mine.pk), str(orders[foreign].pk): None}
    refused = call_as(ada).post(f"{PLAIN}/orders", {"customer": str(foreign.pk)})
    assert find_pointers(refused) == ["#/customer"]


def test_a_page_of_links_is_looked_at_by_one_query(policy: Write, ada: Any, mine: Customer) -> None:
    policy(write_policy(ALL, Customer=OWN))

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert call_as(ada).get(f"{PLAIN}/orders").status_code == 200
        return len(queries)

    Order.objects.create(customer=mine)
    alone = count()
    customers = Customer.objects.bulk_create(Customer(owner=ada) for _ in range(5))
    Order.objects.bulk_create(Order(customer=customer) for customer in customers)
    assert count() == alone


def test_a_nested_row_obeys_its_own_rules(
    policy: Write, ada: Any, mine: Customer, foreign: Customer
) -> None:
    policy(write_policy(ALL, Customer=OWN + '\nfields.view.email = ["admin"]'))
    for customer in (mine, foreign):
        Order.objects.create(customer=customer)
    response = call_as(ada).get(f"{PLAIN}/nested")
    assert SECRET not in response.text
    assert sorted(row["customer"]["id"] if row["customer"] else "" for row in response.json()) == [
        "",
        str(mine.pk),
    ]


@pytest.mark.parametrize("section", [OWN, HIDDEN])
def test_a_field_of_another_row_is_shown_to_who_may_see_all_of_it(
    policy: Write, ada: Any, root: Any, foreign: Customer, section: str
) -> None:
    policy(write_policy(ALL, Customer=section))
    order = Order.objects.create(customer=foreign)
    for name in ("orders", "named"):
        assert SECRET not in call_as(ada).get(f"{PLAIN}/{name}/{order.pk}").text
        assert SECRET in call_as(root).get(f"{PLAIN}/{name}/{order.pk}").text


def test_a_link_to_many_is_not_used_to_take_rows(
    policy: Write, ada: Any, mine: Customer, foreign: Customer
) -> None:
    policy(write_policy(ALL, Customer=OWN))
    address = Address.objects.create(city="Ulm")
    foreign.address = address
    foreign.save()
    client, before = call_as(ada), read_stored()
    for keys in ([], [str(mine.pk)], [str(foreign.pk)]):
        assert_problem(client.patch(f"{PLAIN}/addresses/{address.pk}", {"customers": keys}), 403)
    assert client.get(f"{PLAIN}/addresses/{address.pk}").json()["customers"] == []
    assert read_stored() == before


# What cannot obey is refused


def test_filters_of_its_own_do_not_search_a_hidden_field(
    policy: Write, ada: Any, root: Any, mine: Customer
) -> None:
    policy(write_policy(ALL, Customer=HIDDEN))
    for query in ("searched?search=secret", "searched?ordering=contact", "sorted?ordering=contact"):
        assert_problem(call_as(ada).get(f"{PLAIN}/{query}"), 403)
        assert call_as(root).get(f"{PLAIN}/{query}").status_code == 200
    assert call_as(ada).get(f"{PLAIN}/searched").status_code == 200


def test_no_row_is_found_by_a_hidden_field(
    policy: Write, ada: Any, root: Any, mine: Customer
) -> None:
    policy(write_policy(ALL, Customer=HIDDEN))
    for key in (SECRET, "other@example.org"):
        assert_problem(call_as(ada).get(f"{PLAIN}/by-email/{key}"), 403)
    assert call_as(root).get(f"{PLAIN}/by-email/{SECRET}").status_code == 200


def test_a_queryset_that_needs_a_user_asks_for_one(policy: Write, ada: Any) -> None:
    policy(write_policy(ALL))
    assert_problem(call_as().get(f"{PLAIN}/own-made"), 401)
    assert call_as(ada).get(f"{PLAIN}/own-made").json() == []


@pytest.mark.parametrize("method", ["KWARGS", "QUERYSET", "DISPATCH", "PURGE"])
def test_a_method_that_is_none_is_refused(policy: Write, ada: Any, method: str) -> None:
    policy(write_policy(Customer=OWN))
    assert call_as(ada).generic(method, f"{PLAIN}/customers").status_code in (403, 405)


def test_openapi_describes_plain_views(policy: Write) -> None:
    policy(write_policy(ALL))
    document = call_as().get("/api/schema").json()
    assert document["paths"]["/api/plain/customers"]["get"]["security"] != []


@pytest.mark.parametrize("name", ["unasking", "passed-over"])
def test_a_view_that_passes_the_filter_over_is_refused(
    policy: Write, ada: Any, root: Any, mine: Customer, foreign: Customer, name: str
) -> None:
    policy(write_policy(Customer=OWN))
    client, before = call_as(ada), read_stored()
    assert_problem(client.get(f"{PLAIN}/{name}"), 403)
    assert client.get(f"{PLAIN}/{name}/{foreign.pk}").status_code in (403, 404)
    assert client.patch(f"{PLAIN}/{name}/{foreign.pk}", {"phone": "1"}).status_code in (403, 404)
    assert client.delete(f"{PLAIN}/{name}/{foreign.pk}").status_code in (403, 404)
    assert read_stored() == before
    assert call_as(root).get(f"{PLAIN}/{name}").status_code == 200


def test_a_row_made_past_the_serializer_is_undone(policy: Write, ada: Any) -> None:
    policy(write_policy(Customer=OWN))
    assert_problem(call_as(ada).post(f"{PLAIN}/passed-over", {"first_name": "x"}), 403)
    assert not Customer.objects.exists()


@pytest.mark.parametrize("section", [OWN, HIDDEN])
def test_rows_read_by_hand_are_refused(
    policy: Write, ada: Any, root: Any, foreign: Customer, section: str
) -> None:
    policy(write_policy(Customer=section))
    for address in (f"{PLAIN}/by-hand", f"{PLAIN}/customers/newest"):
        answer = call_as(ada).get(address)
        assert_problem(answer, 403)
        assert SECRET not in answer.text
        assert SECRET in call_as(root).get(address).text


def test_rows_deleted_by_hand_are_still_there(policy: Write, ada: Any, foreign: Customer) -> None:
    policy(write_policy(Customer=OWN))
    assert_problem(call_as(ada).post(f"{PLAIN}/by-hand"), 403)
    assert Customer.objects.filter(pk=foreign.pk).exists()


def test_a_serializer_with_its_own_way_is_refused_where_fields_are_hidden(
    policy: Write, ada: Any, root: Any, mine: Customer
) -> None:
    policy(write_policy(ALL, Customer=HIDDEN))
    assert_problem(call_as(ada).get(f"{PLAIN}/own-way"), 403)
    assert SECRET in call_as(root).get(f"{PLAIN}/own-way").text
    policy(write_policy(ALL, Customer=OWN))
    assert SECRET in call_as(ada).get(f"{PLAIN}/own-way").text


def test_the_refusal_explains_itself_in_development_only(
    policy: Write, ada: Any, mine: Customer, settings: Any
) -> None:
    policy(write_policy(Customer=OWN))
    assert "explanation" not in call_as(ada).get(f"{PLAIN}/unasking").json()
    settings.DEBUG = True
    explanation = call_as(ada).get(f"{PLAIN}/unasking").json()["explanation"]
    assert explanation.startswith(
        "UnaskingCustomers serves Customer, whose rows are limited for this caller"
    )
    assert "PolicyFilterBackend" in explanation


def test_a_caller_of_all_rows_is_not_held_up(policy: Write, ada: Any, foreign: Customer) -> None:
    policy(write_policy(ALL))
    client = call_as(ada)
    for name in ("unasking", "by-hand", "own-way", "list", "customers/newest"):
        assert client.get(f"{PLAIN}/{name}").status_code == 200
    assert (
        client.patch(f"{PLAIN}/customers/{foreign.pk}", {"contact": "x@example.org"}).status_code
        == 200
    )


def test_the_public_reads_what_is_public(policy: Write, foreign: Customer) -> None:
    policy(write_policy(Customer='view = "public"\nsearch = "public"\nfields.view.email = "all"'))
    assert call_as().get(f"{PLAIN}/customers").json()[0].keys() >= {"id", "first_name"}
    assert SECRET not in call_as().get(f"{PLAIN}/customers/{foreign.pk}").text
    assert_problem(call_as().post(f"{PLAIN}/customers", {}), 401)


def test_a_plain_view_without_a_section_is_closed(
    policy: Write, ada: Any, foreign: Customer
) -> None:
    policy('roles = ["admin", "user"]\n')
    for name in ("customers", "made", "list", "by-hand"):
        assert_problem(call_as(ada).get(f"{PLAIN}/{name}"), 403)


def test_reading_rules_alone_do_not_limit(policy: Write, ada: Any, mine: Customer) -> None:
    policy(write_policy(Customer=READ))
    assert len(list_ids(ada, "customers")) == 1
    assert_problem(call_as(ada).delete(f"{PLAIN}/customers/{mine.pk}"), 403)


# Clashes


@pytest.mark.parametrize("name", ["EVE", "\uff45ve"])
def test_a_user_name_that_is_taken_in_another_spelling_is_a_conflict(
    policy: Write, root: Any, ada: Any, eve: Any, name: str
) -> None:
    policy(write_policy(User=ALL))
    before = read_stored()
    with transaction.atomic():
        answer = call_as(root).patch(f"{PLAIN}/users/{ada.pk}", {"username": name})
    assert_problem(answer, 409)
    assert read_stored() == before


def test_a_row_that_others_need_is_a_conflict(
    policy: Write, root: Any, mine: Customer, monkeypatch: Any
) -> None:
    policy(write_policy(Customer=ALL))
    monkeypatch.setattr(Order._meta.get_field("customer").remote_field, "on_delete", PROTECT)
    Order.objects.create(customer=mine)
    assert_problem(call_as(root).delete(f"{PLAIN}/customers/{mine.pk}"), 409)
    assert Customer.objects.filter(pk=mine.pk).exists()


def test_a_write_without_a_needed_value_is_a_fault(
    policy: Write, root: Any, monkeypatch: Any
) -> None:
    """The code is wrong, not the request."""
    policy(write_policy(User=ALL))
    monkeypatch.setattr(
        User, "save", lambda user, **_: User.objects.filter(pk=user.pk).update(is_active=None)
    )
    client = call_as(root)
    client.raise_request_exception = False
    with transaction.atomic():
        answer = client.patch(f"{PLAIN}/users/{root.pk}", {"first_name": "x"})
    assert answer.status_code == 500
