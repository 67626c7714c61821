"""The admin's pages for every model: lists, search, filters, forms, deletion and autocomplete."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from tests.admin_pages import MODELS, add_rows, address_of, read_form
from tests.conftest import add_user
from tests.shop.models import Address, Customer, Order, Product

SEARCHES: dict[type[Model], str] = {
    User: "user1",
    Address: "1 lane",
    Customer: "ZOë no1",
    Product: "lamp 1",
    Order: "no1 lamp",
}
every_model = pytest.mark.parametrize("model", MODELS)


@pytest.fixture
def staff(db: None) -> Client:
    client = Client()
    client.force_login(add_user("root", None, "admin", is_staff=True, is_superuser=True))
    return client


def count_queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@every_model
def test_a_list_costs_as_many_queries_for_1000_rows_as_for_10(
    staff: Client, model: type[Model]
) -> None:
    add_rows(10)
    few = count_queries(staff, address_of(model, "changelist"))
    add_rows(990, first=10)
    assert count_queries(staff, address_of(model, "changelist")) == few <= 8


@every_model
def test_it_searches_without_regard_to_case(staff: Client, model: type[Model]) -> None:
    add_rows(3)
    page = staff.get(address_of(model, "changelist"), {"q": SEARCHES[model]})
    assert [str(row) for row in page.context["cl"].result_list] == [str(find_second(model))]


@every_model
def test_every_choice_of_every_filter_answers(staff: Client, model: type[Model]) -> None:
    add_rows(3)
    shown = staff.get(address_of(model, "changelist")).context["cl"]
    choices = [
        choice["query_string"]
        for filter_ in shown.filter_specs
        for choice in filter_.choices(shown)
    ]
    assert len(choices) >= 5
    for choice in choices:
        assert staff.get(address_of(model, "changelist") + choice).status_code == 200


def find_second(model: type[Model]) -> Model:
    rows = model._default_manager.order_by("pk")
    return rows.get(username="user1") if model is User else rows[1]


@every_model
@pytest.mark.parametrize(
    "search", ["\0", "x " * 5000, "'\"", "%_\\", "٣", "00000000-0000-0000-0000-000000000000"]
)
def test_no_search_is_a_server_error(staff: Client, model: type[Model], search: str) -> None:
    add_rows(1)
    assert staff.get(address_of(model, "changelist"), {"q": search}).status_code in (200, 302)


@every_model
def test_it_finds_a_row_by_the_id_that_the_api_shows(staff: Client, model: type[Model]) -> None:
    add_rows(3)
    row = find_second(model)
    page = staff.get(address_of(model, "changelist"), {"q": str(row.pk)})
    assert list(page.context["cl"].result_list) == [row]


@every_model
def test_an_unknown_id_leads_back_instead_of_failing(staff: Client, model: type[Model]) -> None:
    for unknown in ("0190b5a0-0000-7000-8000-000000000000", "x", "%00"):
        assert staff.get(address_of(model, "changelist") + f"{unknown}/change/").status_code == 302


@pytest.mark.parametrize(
    "link", ["entities.address.customers", "auth.group.user", "entities.order.quantity"]
)
def test_choices_for_what_is_no_link_are_refused(staff: Client, link: str) -> None:
    names = ("app_label", "model_name", "field_name")
    asked = dict(zip(names, link.split("."), strict=True))
    assert staff.get(reverse("admin:autocomplete"), asked).status_code == 403


@pytest.mark.parametrize("key", ["x", "\0", "1"])
def test_an_action_on_a_key_that_is_none_is_refused(staff: Client, key: str) -> None:
    chosen = {"action": "delete_selected", "_selected_action": [key], "post": "yes"}
    assert staff.post(address_of(Customer, "changelist"), chosen).status_code == 400


@pytest.mark.parametrize("model", [Address, Customer, Product, Order])
def test_it_adds_changes_and_deletes(staff: Client, model: type[Model]) -> None:
    add_rows(1)
    row = model._default_manager.get()
    shown = read_form(staff.get(address_of(model, "change", row.pk)))
    staff.post(address_of(model, "add"), shown)
    assert model._default_manager.count() == 2
    opened = {name: value for name, value in shown.items() if name.startswith("initial-")}
    staff.post(address_of(model, "change", row.pk), opened)
    assert all(value is None for value in read_values(model, row).values())
    staff.post(address_of(model, "delete", row.pk), {"post": "yes"})
    assert row not in model._default_manager.all()
    assert LogEntry.objects.count() == 3


def read_values(model: type[Model], row: Model) -> dict[str, Any]:
    kept = {"id", "created_at", "updated_at"}
    values = model._default_manager.filter(pk=row.pk).values().get()
    return {name: value for name, value in values.items() if name not in kept}


def test_deleting_the_chosen_parents_leaves_their_children(staff: Client) -> None:
    add_rows(2)
    chosen = [str(pk) for pk in Customer.objects.values_list("pk", flat=True)]
    form = {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}
    assert staff.post(address_of(Customer, "changelist"), form).status_code == 302
    assert not Customer.objects.exists()
    assert Order.objects.filter(customer=None).count() == 2


@pytest.mark.parametrize(
    ("model", "field", "term", "text"),
    [
        (Customer, "address", "zürich", "0 Lane, Zürich"),
        (Order, "customer", "zoë", "Zoë No0"),
        (Order, "product", "lamp", "Lamp 0"),
    ],
)
def test_a_link_is_chosen_by_typing(
    staff: Client, model: type[Model], field: str, term: str, text: str
) -> None:
    add_rows(1)
    query = {
        "app_label": "shop",
        "model_name": str(model._meta.model_name),
        "field_name": field,
        "term": term,
    }
    found = staff.get(reverse("admin:autocomplete"), query).json()["results"]
    assert [choice["text"] for choice in found] == [text]
    assert staff.get(reverse("admin:autocomplete"), query | {"term": "\0"}).status_code == 200


def test_a_parent_links_to_the_list_of_its_children(staff: Client) -> None:
    add_rows(3)
    customer = Customer.objects.order_by("pk")[1]
    page = staff.get(address_of(Order, "changelist"), {"customer__id__exact": str(customer.pk)})
    assert list(page.context["cl"].result_list) == list(customer.orders.all())
    assert (
        f"customer__id__exact={customer.pk}" in staff.get(address_of(Customer, "changelist")).text
    )


@every_model
def test_what_the_service_keeps_itself_cannot_be_written(staff: Client, model: type[Model]) -> None:
    add_rows(1)
    row = model._default_manager.order_by("pk").last()
    assert row
    fields = read_form(staff.get(address_of(model, "change", row.pk)))
    assert not {"id", "created_at", "updated_at", "last_login"} & fields.keys()


def test_a_user_is_added_with_a_password_and_roles(staff: Client) -> None:
    role = Group.objects.get_or_create(name="user")[0]
    form = {"username": "grace", "usable_password": "true", "groups": [role.pk]}
    staff.post(
        address_of(User, "add"),
        form | {"password1": "cobol-and-compilers", "password2": "cobol-and-compilers"},
    )
    grace = User.objects.get(username="grace")
    assert (grace.check_password("cobol-and-compilers"), grace.roles, grace.is_staff) == (
        True,
        ["user"],
        False,
    )


def test_a_weak_password_adds_nobody(staff: Client) -> None:
    form = {
        "username": "grace",
        "usable_password": "true",
        "password1": "password",
        "password2": "password",
    }
    assert "too common" in staff.post(address_of(User, "add"), form).text
    assert not User.objects.filter(username="grace").exists()


def test_roles_are_shown_and_changed(staff: Client, user: Any) -> None:
    assert ">user<" in staff.get(address_of(User, "changelist"), {"q": "ada"}).text
    form = read_form(staff.get(address_of(User, "change", user.pk)))
    form["groups"] = [Group.objects.get_or_create(name="admin")[0].pk]
    staff.post(address_of(User, "change", user.pk), form)
    assert User.objects.get(pk=user.pk).roles == ["admin"]


def test_changing_a_user_keeps_its_password(staff: Client, user: Any) -> None:
    form = read_form(staff.get(address_of(User, "change", user.pk)))
    staff.post(
        address_of(User, "change", user.pk), form | {"first_name": "Ada", "password": "other"}
    )
    changed = User.objects.get(pk=user.pk)
    assert (changed.first_name, changed.password) == ("Ada", user.password)


def test_a_password_is_changed_on_its_own_page(staff: Client, user: Any) -> None:
    passwords = {
        "usable_password": "true",
        "password1": "analytical-engine",
        "password2": "analytical-engine",
    }
    page = f"/admin/accounts/user/{user.pk}/password/"
    assert staff.get(page).status_code == 200
    staff.post(page, passwords | {"set-password": "1"})
    assert User.objects.get(pk=user.pk).check_password("analytical-engine")


@pytest.mark.parametrize("password", [None, "ada", "!"])
def test_nothing_of_a_hash_is_shown(staff: Client, user: Any, password: str | None) -> None:
    user.set_password(password)
    user.save()
    page = staff.get(address_of(User, "change", user.pk)).text
    assert ("A password is set." in page) is (password is not None)
    assert "argon2" not in page
    assert not any(part in page for part in user.password.split("$") if len(part) > 8)


def test_only_staff_get_in(user: Any) -> None:
    client = Client()
    assert client.get("/admin/").status_code == 302
    client.force_login(user)
    assert client.get("/admin/").status_code == 302
    assert client.post(address_of(Product, "add"), {"name": "x"}).status_code == 302
    assert not Product.objects.exists()
