"""A caller without a row of its own, such as a machine, owns nothing: least of all the rows that
have no owner.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from auth_core.backend import PolicyBackend
from auth_core.permissions import PolicyPermission
from entity_api.admin.access import Access
from tests.graph import ask, ask_data
from tests.policies import ALL, call_as, make_user, write_policy
from tests.rest import assert_problem, read_stored
from tests.shop.models import Customer, Order
from tests.shop.viewsets import CustomerViewSet

pytestmark = pytest.mark.django_db
Write = Callable[[str], Any]
OWN = "\n".join(f'{action} = "own"' for action in ("view", "search", "create", "update", "delete"))


class Machine:
    """What a provider gives for a caller that is no user."""

    is_active = is_authenticated = True
    is_anonymous = is_superuser = False
    role_names = ("user",)

    def __init__(self, pk: Any = None) -> None:
        self.pk = pk

    def get_username(self) -> str:
        return "m-1"


class Keyless(Machine):
    def __init__(self) -> None:
        """Leave out even the attribute."""


@pytest.fixture
def orphan() -> Customer:
    return Customer.objects.create(first_name="Orphan")


@pytest.fixture(params=["none", "no attribute", "a user's", "another kind"])
def machine(request: pytest.FixtureRequest, orphan: Customer) -> Any:
    """A machine, and a user whose key one of the machines has."""
    ada = make_user("ada", "user")
    Order.objects.create(customer=Customer.objects.create(owner=ada), quantity=1)
    Order.objects.create(customer=orphan, quantity=2)
    Order.objects.create(quantity=3)
    kinds = {
        "none": Machine(),
        "no attribute": Keyless(),
        "a user's": Machine(ada.pk),
        "another kind": Machine("m-1"),
    }
    return kinds[request.param]


@pytest.fixture(autouse=True)
def own_policy(policy: Write) -> None:
    policy(write_policy(ALL, Customer=OWN, Order=OWN, User=OWN))


def test_its_lists_are_empty(machine: Any) -> None:
    for entity in ("customers", "orders", "users"):
        response = call_as(machine).get(f"/api/{entity}", headers={"Prefer": "count=exact"})
        assert (response.json(), response["X-Total-Count"]) == ([], "0")


def test_no_row_is_there_for_it(machine: Any) -> None:
    client, before = call_as(machine), read_stored()
    for row in (*Customer.objects.all(), *Order.objects.all()):
        address = f"/api/{type(row).__name__.lower()}s/{row.pk}"
        for response in (client.get(address), client.patch(address, {}), client.delete(address)):
            assert_problem(response, 404)
    assert read_stored() == before


def test_what_it_would_create_would_not_be_its_own(machine: Any) -> None:
    before = read_stored()
    assert_problem(call_as(machine).post("/api/customers", {"phone": "1"}), 403)
    assert_problem(call_as(machine).post("/api/orders", {"quantity": 1}), 403)
    assert read_stored() == before


def test_links_do_not_lead_to_rows_of_nobody(machine: Any, orphan: Customer) -> None:
    client = call_as(machine)
    assert_problem(client.get(f"/api/customers/{orphan.pk}/orders"), 404)
    assert_problem(client.post("/api/orders", {"customer": {"id": str(orphan.pk)}}), 400)


def test_graphql_gives_it_nothing(machine: Any, orphan: Customer) -> None:
    client, before = call_as(machine), read_stored()
    query = "{ orders { id customer { id } } customers { id orders { id } } _ordersMeta { count } }"
    assert ask_data(client, query) == {"orders": [], "customers": [], "_ordersMeta": {"count": 0}}
    mutation = f'mutation {{ deleteCustomer(where: {{id: "{orphan.pk}"}}) {{ id }} }}'
    assert ask(client, mutation)["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert read_stored() == before


def test_a_plan_kept_for_it_is_no_users_plan(machine: Any) -> None:
    """What was kept for a user must not answer a machine with the user's key, nor the other way
    round.
    """
    ada = Customer.objects.exclude(owner=None).get().owner
    counts = [
        len(call_as(caller).get("/api/customers").json()) for caller in (ada, machine, ada, machine)
    ]
    assert counts == [1, 0, 1, 0]


def test_the_permission_backend_finds_nothing_its_own(machine: Any, orphan: Customer) -> None:
    assert not PolicyBackend().has_perm(machine, "shop.view_customer", orphan)


@pytest.mark.parametrize("caller", [Machine(), AnonymousUser()])
def test_the_admin_shows_it_no_rows(caller: Any, orphan: Customer) -> None:
    request: Any = HttpRequest()
    request.user = caller
    access = Access(request, Customer)
    assert not access.rows(Customer.objects.all(), "list", "retrieve").exists()
    assert not access.reaches(orphan, "partial_update")


def test_an_anonymous_caller_owns_nothing_for_any_question(rf: Any, orphan: Customer) -> None:
    request = rf.get("/")
    request.user, request.caller_roles = AnonymousUser(), frozenset()
    condition = PolicyPermission().visible_rows(request, CustomerViewSet(), "list")
    assert condition is not None
    assert not Customer.objects.filter(condition).exists()


def test_it_is_described_without_a_false_id() -> None:
    assert call_as(Machine()).get("/api/me").json() == {
        "id": "",
        "username": "m-1",
        "roles": ["user"],
    }


def test_it_has_no_sessions_to_list_or_to_end(machine: Any) -> None:
    client = call_as(machine)
    assert client.get("/api/sessions").json() == []
    assert client.post("/api/logout", {"everywhere": True}).status_code == 204
    assert client.delete("/api/sessions/00000000-0000-0000-0000-000000000000").status_code == 404
