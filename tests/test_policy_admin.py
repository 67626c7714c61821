"""What staff who are no superusers see and change in the admin: what the API would let them, and
nothing by the way.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from runtime.roles import create_roles
from tests.admin_pages import MODELS, address_of, read_form
from tests.policies import ALL, READ, make_user, write_policy
from tests.rest import read_stored
from tests.shop.models import Address, Customer, Order, Product

pytestmark = pytest.mark.django_db
Write = Callable[[str], Any]
OWN = "\n".join(
    f'{action} = ["admin", "own"]' for action in ("view", "search", "create", "update", "delete")
)
SECRET = "secret@example.org"


@pytest.fixture
def ada() -> Any:
    return make_user("ada", "user", is_staff=True)


@pytest.fixture
def staff(ada: Any) -> Client:
    client = Client()
    client.force_login(ada)
    return client


@pytest.fixture
def mine(ada: Any) -> Customer:
    return Customer.objects.create(owner=ada, first_name="Mine", email=SECRET, phone="1")


@pytest.fixture
def foreign() -> Customer:
    return Customer.objects.create(
        owner=make_user("eve"), first_name="Foreign", last_name="Hidden", email=SECRET
    )


def list_rows(client: Client, model: Any, query: str = "") -> list[Any]:
    response = client.get(address_of(model, "changelist") + query)
    assert response.status_code == 200
    return [row.pk for row in response.context["cl"].result_list]


def save(client: Client, row: Any, **values: Any) -> Any:
    """Send the form of a row as a browser would, with these values changed."""
    address = address_of(type(row), "change", row.pk)
    form = read_form(client.get(address))
    return client.post(address, form | values)


def test_what_is_closed_is_not_there(policy: Write, staff: Client, foreign: Customer) -> None:
    policy(write_policy())
    assert "Customers" not in staff.get("/admin/").text
    for address in (
        address_of(Customer, "changelist"),
        address_of(Customer, "add"),
        address_of(Customer, "change", foreign.pk),
        address_of(Customer, "delete", foreign.pk),
        address_of(Customer, "history", foreign.pk),
    ):
        assert staff.get(address).status_code in (302, 403), address


def test_a_superuser_keeps_everything(policy: Write, foreign: Customer) -> None:
    policy(write_policy())
    client = Client()
    client.force_login(make_user("root", is_staff=True, is_superuser=True))
    assert list_rows(client, Customer) == [foreign.pk]
    assert save(client, foreign, email="new@example.org").status_code == 302
    foreign.refresh_from_db()
    assert foreign.email == "new@example.org"


def test_permissions_of_the_database_open_no_entity(policy: Write, staff: Client, ada: Any) -> None:
    policy(write_policy())
    ada.user_permissions.set(Permission.objects.all())
    assert all(staff.get(address_of(model, "changelist")).status_code == 403 for model in MODELS)


def test_own_rows_are_listed_and_foreign_ones_not_found(
    policy: Write, staff: Client, mine: Customer, foreign: Customer
) -> None:
    policy(write_policy(Customer=OWN, User=READ))
    assert list_rows(staff, Customer) == [mine.pk]
    assert list_rows(staff, Customer, "?q=Foreign") == []
    before = read_stored()
    for page in ("change", "delete", "history"):
        assert staff.get(address_of(Customer, page, foreign.pk)).status_code == 302, page
        assert staff.get(address_of(Customer, page, mine.pk)).status_code == 200, page
    assert staff.post(address_of(Customer, "change", foreign.pk), {"phone": "2"}).status_code == 302
    assert (
        staff.post(address_of(Customer, "delete", foreign.pk), {"post": "yes"}).status_code == 302
    )
    assert read_stored() == before


def test_no_action_reaches_a_row_that_may_not_be_deleted(
    policy: Write, staff: Client, mine: Customer, foreign: Customer
) -> None:
    policy(write_policy(Customer=READ + '\ndelete = "own"'))
    sent = {"action": "delete_selected", "_selected_action": [str(mine.pk), str(foreign.pk)]}
    shown = staff.post(address_of(Customer, "changelist"), sent)
    assert "required permissions" in shown.text or "permission" in shown.text
    assert staff.post(address_of(Customer, "changelist"), sent | {"post": "yes"}).status_code == 403
    assert Customer.objects.count() == 2
    sent["_selected_action"] = [str(mine.pk)]
    assert staff.post(address_of(Customer, "changelist"), sent | {"post": "yes"}).status_code == 302
    assert Customer.objects.get() == foreign


def test_the_action_is_not_offered_where_nothing_may_be_deleted(
    policy: Write, staff: Client, mine: Customer
) -> None:
    policy(write_policy(Customer=READ))
    assert "delete_selected" not in staff.get(address_of(Customer, "changelist")).text
    staff.post(
        address_of(Customer, "changelist"),
        {"action": "delete_selected", "_selected_action": [str(mine.pk)], "post": "yes"},
    )
    assert Customer.objects.exists()


def test_a_row_that_may_only_be_seen_is_not_changed(
    policy: Write, staff: Client, mine: Customer
) -> None:
    policy(write_policy(Customer=READ))
    page = staff.get(address_of(Customer, "change", mine.pk))
    assert SECRET in page.text
    assert not page.context["adminform"].form.fields
    before = read_stored()
    assert staff.post(address_of(Customer, "change", mine.pk), {"phone": "2"}).status_code == 403
    assert read_stored() == before


# Fields


HIDDEN = ALL + '\nfields.view.email = ["admin"]'


def test_a_hidden_field_is_on_no_page(policy: Write, staff: Client, mine: Customer) -> None:
    Customer.objects.update(first_name=None, phone=None)  # so that the row is called by its email
    policy(write_policy(ALL, Customer=HIDDEN))
    order = Order.objects.create(customer=mine)
    pages = [
        address_of(Customer, "changelist"),
        address_of(Customer, "changelist") + "?q=example",
        *(address_of(Customer, page, mine.pk) for page in ("change", "delete", "history")),
        address_of(Order, "changelist"),
        address_of(Order, "change", order.pk),
        address_of(Order, "delete", order.pk),
        "/admin/autocomplete/?app_label=shop&model_name=order&field_name=customer",
        "/admin/",
    ]
    for page in pages:
        response = staff.get(page)
        assert response.status_code == 200, page
        assert "secret" not in response.text, page
    confirmed = staff.post(
        address_of(Customer, "changelist"),
        {"action": "delete_selected", "_selected_action": [str(mine.pk)]},
    )
    assert "secret" not in confirmed.text


def test_saving_leaves_a_hidden_field_as_it_is(
    policy: Write, staff: Client, mine: Customer
) -> None:
    policy(write_policy(ALL, Customer=HIDDEN))
    assert save(staff, mine, phone="2").status_code == 302
    assert save(staff, mine, phone="3", email="new@example.org").status_code == 302
    mine.refresh_from_db()
    assert (mine.phone, mine.email, mine.owner) == ("3", SECRET, User.objects.get(username="ada"))


@pytest.mark.parametrize("action", ["view", "search"])
@pytest.mark.parametrize(
    "query",
    [
        "email=secret@example.org",
        "email__startswith=s",
        "email__isnull=1",
        "customers__email=x",
        "address__city=x",
    ],
)
def test_no_lookup_reveals_a_hidden_field(
    policy: Write, staff: Client, mine: Customer, action: str, query: str
) -> None:
    policy(
        write_policy(
            Customer=ALL + f'\nfields.{action}.email = ["admin"]',
            Address=READ + "\nfields.view.city = []",
        )
    )
    response = staff.get(f"{address_of(Customer, 'changelist')}?{query}")
    assert response.status_code == 400


@pytest.mark.parametrize("action", ["view", "search"])
def test_no_search_and_no_order_reveals_a_hidden_field(
    policy: Write, staff: Client, action: str
) -> None:
    policy(write_policy(ALL, Customer=ALL + f'\nfields.{action}.email = ["admin"]'))
    rows = [Customer.objects.create(email=email) for email in ("c@x.org", "a@x.org", "b@x.org")]
    newest_first = [row.pk for row in reversed(rows)]
    assert list_rows(staff, Customer, "?q=a@x.org") == []
    assert list_rows(staff, Order, "?q=a@x.org") == []
    for column in range(1, 6):
        assert list_rows(staff, Customer, f"?o={column}") in (newest_first, newest_first[::-1]), (
            column
        )


def test_a_field_that_may_not_be_changed_is_shown_and_not_sent(
    policy: Write, staff: Client, mine: Customer
) -> None:
    policy(write_policy(ALL, Customer=ALL + '\nfields.update.email = ["admin"]'))
    page = staff.get(address_of(Customer, "change", mine.pk))
    assert SECRET in page.text
    assert "email" not in page.context["adminform"].form.fields
    assert save(staff, mine, email="new@example.org", phone="2").status_code == 302
    mine.refresh_from_db()
    assert (mine.email, mine.phone) == (SECRET, "2")


def test_a_field_that_may_not_be_given_is_not_in_the_form_of_a_new_row(
    policy: Write, staff: Client, ada: Any
) -> None:
    policy(write_policy(ALL, Customer=ALL + '\nfields.create.email = ["admin"]'))
    assert "email" not in staff.get(address_of(Customer, "add")).context["adminform"].form.fields
    assert (
        staff.post(address_of(Customer, "add"), {"email": SECRET, "phone": "7"}).status_code == 302
    )
    made = Customer.objects.get()
    assert (made.email, made.phone, made.owner) == (None, "7", ada)


def test_a_new_row_needs_all_that_it_cannot_be_without(policy: Write, staff: Client) -> None:
    policy(write_policy(ALL, User=ALL + '\nfields.create.username = ["admin"]'))
    assert staff.get(address_of(User, "add")).status_code == 403
    assert (
        staff.post(
            address_of(User, "add"),
            {"password1": "a long one of 77 words", "password2": "a long one of 77 words"},
        ).status_code
        == 403
    )


# Links


def test_a_link_to_a_row_that_may_not_be_seen_is_not_shown_nor_lost(
    policy: Write, staff: Client, foreign: Customer
) -> None:
    policy(write_policy(ALL, Customer=OWN))
    order = Order.objects.create(customer=foreign, quantity=1)
    for page in (address_of(Order, "changelist"), address_of(Order, "change", order.pk)):
        text = staff.get(page).text
        assert "Foreign" not in text
        assert str(foreign.pk) not in text
    assert save(staff, order, quantity="2", customer="").status_code == 302
    order.refresh_from_db()
    assert (order.quantity, order.customer) == (2, foreign)


def test_nothing_is_linked_to_a_row_that_may_not_be_seen(
    policy: Write, staff: Client, mine: Customer, foreign: Customer
) -> None:
    policy(write_policy(ALL, Customer=OWN))
    order = Order.objects.create(customer=mine)
    assert save(staff, order, customer=str(foreign.pk)).status_code == 200
    assert staff.post(address_of(Order, "add"), {"customer": str(foreign.pk)}).status_code == 200
    assert Order.objects.get().customer == mine


def test_no_filter_or_order_reveals_links_to_rows_that_may_not_be_seen(
    policy: Write, staff: Client, mine: Customer, foreign: Customer
) -> None:
    policy(write_policy(ALL, Customer=OWN))
    third, second = (Customer.objects.create() for _ in range(2))
    orders = [
        Order.objects.create(customer=customer) for customer in (foreign, mine, None, second, third)
    ]
    for position, order in enumerate(orders):  # the times of two may be the same millisecond
        later = order.created_at + timedelta(seconds=position)
        Order.objects.filter(pk=order.pk).update(created_at=later)
    newest_first = [row.pk for row in reversed(orders)]
    address = address_of(Order, "changelist")
    assert list_rows(staff, Order, f"?customer__id__exact={mine.pk}") == [orders[1].pk]
    for query in (
        f"customer__id__exact={foreign.pk}",
        "customer__isempty=1",
        "customer__isnull=1",
        "customer=x",
    ):
        assert staff.get(f"{address}?{query}").status_code in (302, 400), query
    assert list_rows(staff, Order, "?q=Foreign") == []
    for column in range(1, 7):
        assert list_rows(staff, Order, f"?o={column}") in (newest_first, newest_first[::-1]), column


def test_autocomplete_offers_what_may_be_seen(
    policy: Write, staff: Client, mine: Customer, foreign: Customer
) -> None:
    policy(write_policy(ALL, Customer=OWN))
    asked = "/admin/autocomplete/?app_label=shop&model_name=order&field_name=customer"
    assert [row["id"] for row in staff.get(asked).json()["results"]] == [str(mine.pk)]
    assert staff.get(asked + "&term=Foreign").json()["results"] == []
    policy(write_policy(ALL, Customer=""))
    assert staff.get(asked).status_code == 403


def test_a_result_out_of_reach_is_undone(
    policy: Write, staff: Client, mine: Customer, foreign: Customer
) -> None:
    policy(write_policy(ALL, Order=OWN))
    order = Order.objects.create(customer=mine)
    before = read_stored()
    assert save(staff, order, customer=str(foreign.pk)).status_code == 403
    assert staff.post(address_of(Order, "add"), {"customer": str(foreign.pk)}).status_code == 403
    assert read_stored() == before


# Users


def test_nobody_but_a_superuser_makes_staff(policy: Write, staff: Client, ada: Any) -> None:
    policy(write_policy(User=ALL))
    page = staff.get(address_of(User, "change", ada.pk))
    assert {"is_staff", "is_superuser"}.isdisjoint(page.context["adminform"].form.fields)
    assert save(staff, ada, is_superuser="on", email="ada@example.org").status_code == 302
    ada.refresh_from_db()
    assert (ada.is_superuser, ada.is_staff, ada.email) == (False, True, "ada@example.org")


@pytest.mark.parametrize("superuser", [True, False])
def test_roles_are_those_of_the_file(policy: Write, settings: Any, superuser: bool) -> None:  # noqa: FBT001
    policy(write_policy(User=ALL))
    settings.ROLES = ["admin", "user", "brandnew"]
    create_roles("default")  # as `migrate` does
    boss = make_user("boss", "admin", "legacy", is_staff=True, is_superuser=superuser)
    Group.objects.create(name="other")
    client = Client()
    client.force_login(boss)
    added = client.get(address_of(User, "add")).context["adminform"].form.fields["groups"].queryset
    shown = (
        client.get(address_of(User, "change", boss.pk))
        .context["adminform"]
        .form.fields["groups"]
        .queryset
    )
    assert [group.name for group in added] == ["admin", "brandnew", "user"]
    assert sorted(group.name for group in shown) == ["admin", "brandnew", "legacy", "user"]


def test_a_form_creates_no_group_of_a_role(policy: Write, settings: Any, staff: Client) -> None:
    policy(write_policy(User=ALL))
    settings.ROLES = ["admin", "user", "brandnew"]
    assert staff.get(address_of(User, "add")).status_code == 200
    assert not Group.objects.filter(name="brandnew").exists()


def test_roles_are_given_by_whom_the_policy_lets(policy: Write, staff: Client, ada: Any) -> None:
    eve = make_user("eve", "user")
    admin = Group.objects.get_or_create(name="admin")[0]
    policy(
        write_policy(
            User=ALL + '\nfields.update.roles = ["admin"]\nfields.create.roles = ["admin"]'
        )
    )
    assert save(staff, eve, groups=[str(admin.pk)]).status_code == 302
    assert eve.roles == ["user"]
    assert "groups" not in staff.get(address_of(User, "add")).context["adminform"].form.fields
    policy(write_policy(User=ALL))
    assert save(staff, eve, groups=[str(admin.pk)]).status_code == 302
    assert eve.roles == ["admin"]


@pytest.mark.parametrize(("rule", "status"), [('["admin"]', 403), ('["user"]', 302)])
def test_passwords_are_set_by_whom_the_policy_lets(
    policy: Write, staff: Client, rule: str, status: int
) -> None:
    policy(write_policy(User=ALL + f"\nfields.update.password = {rule}\nfields.view.email = []"))
    eve = make_user("eve", "user", email=SECRET)
    new = {
        "password1": "a long one of 77 words",
        "password2": "a long one of 77 words",
        "usable_password": "true",
    }
    assert (
        staff.post(reverse("admin:auth_user_password_change", args=[eve.pk]), new).status_code
        == status
    )
    eve.refresh_from_db()
    assert eve.check_password("a long one of 77 words") == (status == 302)
    assert eve.email == SECRET


def test_a_caller_who_sees_one_user_sees_no_other_user(
    policy: Write, staff: Client, ada: Any
) -> None:
    policy(write_policy(User=OWN))
    eve = make_user("eve", "user")
    assert list_rows(staff, User) == [ada.pk]
    assert staff.get(address_of(User, "change", eve.pk)).status_code == 302
    assert staff.get(reverse("admin:auth_user_password_change", args=[eve.pk])).status_code in (
        302,
        404,
    )


def test_the_history_names_only_visible_people(
    policy: Write, staff: Client, mine: Customer
) -> None:
    policy(write_policy(ALL, User=OWN))
    assert staff.get(address_of(Customer, "history", mine.pk)).status_code == 403
    policy(write_policy(ALL))
    assert staff.get(address_of(Customer, "history", mine.pk)).status_code == 200


@pytest.mark.parametrize("rows", [5, 40])
def test_limits_cost_a_constant_number_of_queries(
    policy: Write, staff: Client, ada: Any, rows: int
) -> None:
    policy(write_policy(ALL, Customer=OWN, Product=HIDDEN.replace("email", "name"), Order=OWN))
    customers = Customer.objects.bulk_create(
        [Customer(owner=ada, address=Address.objects.create()) for _ in range(rows)]
    )
    Order.objects.bulk_create(
        [Order(customer=row, product=Product.objects.create()) for row in customers]
    )
    for model, most in ((Order, 12), (Customer, 11)):
        with CaptureQueriesContext(connection) as queries:
            assert len(list_rows(staff, model)) == rows
        assert len(queries) <= most, (model, [query["sql"][:150] for query in queries])
