"""A form of the admin writes what was changed in it, and does not undo what others changed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from tests.admin_pages import address_of, read_form, read_opened
from tests.installed import linked  # noqa: F401 (a fixture)
from tests.policies import ALL, make_user, write_policy
from tests.shop.models import Address, Customer

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["superuser", "staff"])
def client(request: pytest.FixtureRequest, policy: Any) -> Client:
    """Somebody without limits, and somebody to whom the policy opens the same."""
    policy(write_policy(ALL))
    flags = {"is_staff": True, "is_superuser": request.param == "superuser"}
    client = Client()
    client.force_login(make_user("boss", "admin", **flags))
    return client


@pytest.fixture
def row() -> Customer:
    return Customer.objects.create(first_name="Ada", last_name="King", phone="1")


def open_form(client: Client, row: Any) -> dict[str, Any]:
    return read_form(client.get(address_of(type(row), "change", row.pk)))


def post(client: Client, row: Any, form: dict[str, Any]) -> Any:
    return client.post(address_of(type(row), "change", row.pk), form)


def list_errors(response: Any) -> dict[str, Any]:
    assert response.status_code == 200
    return dict(response.context["adminform"].form.errors)


def test_an_edit_of_another_field_keeps_what_the_api_changed(
    client: Client, row: Customer, rest: APIClient
) -> None:
    form = open_form(client, row)
    assert rest.patch(f"/api/customers/{row.pk}", {"phone": "555"}).status_code == 200
    errors = list_errors(post(client, row, form | {"last_name": "Byron"}))
    assert list(errors) == ["phone"]
    assert "“555”" in errors["phone"][0]
    assert "“1”" in errors["phone"][0]
    row.refresh_from_db()
    assert (row.last_name, row.phone) == ("King", "555")


def test_the_refused_form_can_be_saved_again(
    client: Client, row: Customer, rest: APIClient
) -> None:
    form = open_form(client, row)
    rest.patch(f"/api/customers/{row.pk}", {"phone": "555", "firstName": "Augusta"})
    refused = post(client, row, form | {"last_name": "Byron", "first_name": "A."})
    assert post(client, row, read_form(refused)).status_code == 302
    row.refresh_from_db()
    assert (row.first_name, row.last_name, row.phone) == ("A.", "Byron", "555")


def test_the_same_change_by_both_is_no_conflict(
    client: Client, row: Customer, rest: APIClient
) -> None:
    form = open_form(client, row)
    rest.patch(f"/api/customers/{row.pk}", {"phone": "555"})
    assert post(client, row, form | {"phone": "555"}).status_code == 302


def test_links_are_compared_and_named(client: Client, row: Customer, rest: APIClient) -> None:
    address = Address.objects.create(city="Zürich")
    form = open_form(client, row)
    rest.patch(f"/api/customers/{row.pk}", {"address": {"id": str(address.pk)}})
    errors = list_errors(post(client, row, form | {"phone": "2"}))
    assert "“Zürich”" in errors["address"][0]
    row.refresh_from_db()
    assert (row.phone, row.address) == ("1", address)


def test_only_changed_columns_are_written(client: Client, row: Customer) -> None:
    form = open_form(client, row)
    with CaptureQueriesContext(connection) as queries:
        assert post(client, row, form | {"phone": "2"}).status_code == 302
    (update,) = [
        query["sql"] for query in queries if query["sql"].startswith('UPDATE "shop_customer"')
    ]
    assert re.findall(r'"(\w+)" = ', update.partition("WHERE")[0]) == ["updated_at", "phone"]


def test_saving_without_a_change_writes_nothing(client: Client, row: Customer) -> None:
    Customer.objects.filter(pk=row.pk).update(phone="  sp  ", last_name="a\nb")
    row.refresh_from_db()
    form = open_form(client, row)
    sent = {name: _as_browser(value) for name, value in form.items()}
    assert post(client, row, sent).status_code == 302
    assert Customer.objects.get(pk=row.pk).updated_at == row.updated_at
    assert post(client, row, sent | {"email": "a@example.org"}).status_code == 302
    row.refresh_from_db()
    assert (row.phone, row.last_name, row.email) == ("  sp  ", "a\nb", "a@example.org")


def _as_browser(value: Any) -> Any:
    return value.replace("\n", "\r\n") if isinstance(value, str) else value


def test_roles_that_the_api_gave_stay(client: Client, rest: APIClient) -> None:
    eve = make_user("eve", "user")
    form = open_form(client, eve)
    assert rest.patch(f"/api/users/{eve.pk}", {"roles": ["admin"]}).status_code == 200
    errors = list_errors(post(client, eve, form | {"first_name": "Eve"}))
    assert "“admin”" in errors["groups"][0]
    assert "“user”" in errors["groups"][0]
    assert (User.objects.get(pk=eve.pk).roles, eve.first_name) == (["admin"], None)


def test_flags_that_the_api_changed_stay(client: Client, rest: APIClient) -> None:
    eve = make_user("eve", "user")
    form = open_form(client, eve)
    assert rest.patch(f"/api/users/{eve.pk}", {"isActive": False}).status_code == 200
    assert list(list_errors(post(client, eve, form | {"first_name": "Eve"}))) == ["is_active"]
    assert not User.objects.get(pk=eve.pk).is_active


def test_a_page_shows_both_values_to_a_person(
    client: Client, row: Customer, rest: APIClient
) -> None:
    form = open_form(client, row)
    rest.patch(f"/api/customers/{row.pk}", {"phone": "<555>"})
    page = post(client, row, form | {"phone": "777"}).text
    assert "changed to “&lt;555&gt;” after you opened the form, which has “777”" in page
    assert 'name="initial-phone" value="&lt;555&gt;"' in page
    assert 'name="phone" value="777"' in page


@pytest.mark.parametrize("opened", [None, "x", "\0", "9" * 5000])
def test_a_form_that_says_nothing_true_of_its_opening_is_refused_once(
    client: Client, row: Customer, opened: str | None
) -> None:
    Customer.objects.filter(pk=row.pk).update(address=Address.objects.create())
    form = open_form(client, row)
    names = [name for name in form if name.startswith("initial-")]
    bad = {name: value for name, value in form.items() if name not in names}
    bad |= {name: opened for name in names if opened is not None} | {"phone": "2"}
    refused = post(client, row, bad)
    assert "phone" in list_errors(refused)
    assert post(client, row, read_form(refused)).status_code == 302
    assert Customer.objects.get(pk=row.pk).phone == "2"


def test_a_row_deleted_meanwhile_is_said_to_be_gone(client: Client, row: Customer) -> None:
    form = open_form(client, row)
    row.delete()
    assert post(client, row, form | {"phone": "2"}).status_code == 302
    assert not Customer.objects.exists()


def test_a_new_password_writes_no_other_column(client: Client) -> None:
    eve = make_user("eve")
    word = "a long one of 77 words"
    sent = {"password1": word, "password2": word, "usable_password": "true"}
    with CaptureQueriesContext(connection) as queries:
        assert client.post(f"/admin/accounts/user/{eve.pk}/password/", sent).status_code == 302
    updates = [query["sql"] for query in queries if query["sql"].startswith("UPDATE")]
    assert not any('"email" = ' in update for update in updates)


@pytest.fixture
def superuser(policy: Any) -> Client:
    policy(write_policy(ALL))
    client = Client()
    client.force_login(make_user("boss", "admin", is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def post_row(linked: None) -> Any:  # noqa: F811
    from tests.linked.models import Post

    return Post.objects.create(name="one", text="text")


def test_a_list_that_is_edited_keeps_what_others_changed(superuser: Client, post_row: Any) -> None:
    address = address_of(type(post_row), "changelist")
    formset = superuser.get(address).context["cl"].formset
    sent = {"_save": "Save", "form-0-id": str(post_row.pk), "form-0-name": "mine"}
    sent |= {f"form-{name}": str(value) for name, value in formset.management_form.initial.items()}
    sent |= read_opened(formset.forms[0])
    type(post_row).objects.filter(pk=post_row.pk).update(name="theirs", text="new")
    refused = superuser.post(address, sent)
    assert "“theirs”" in refused.text
    assert 'name="initial-form-0-name" value="theirs"' in refused.text
    again = sent | read_opened(refused.context["cl"].formset.forms[0])
    assert superuser.post(address, again).status_code == 302
    post_row.refresh_from_db()
    assert (post_row.name, post_row.text) == ("mine", "new")


def test_an_inline_keeps_what_others_changed(superuser: Client, post_row: Any) -> None:
    from tests.linked.models import Note

    note = Note.objects.create(post=post_row, name="one")
    page = superuser.get(address_of(type(post_row), "change", post_row.pk))
    sent = read_form(page)
    for inline in page.context["inline_admin_formsets"]:
        formset = inline.formset
        initial = formset.management_form.initial.items()
        sent |= {f"{formset.prefix}-{name}": value for name, value in initial}
        for form in formset.initial_forms:
            sent |= read_opened(form)
            sent |= {form[name].html_name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in sent.items() if value is not None}
    sent["notes-0-name"] = "mine"
    Note.objects.update(name="theirs")
    refused = post(superuser, post_row, sent)
    assert "“theirs”" in refused.text
    assert "“mine”" in refused.text
    note.refresh_from_db()
    assert note.name == "theirs"


def test_what_code_sets_before_it_saves_is_written(
    superuser: Client, row: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.shop.admin import CustomerAdmin

    def save_model(self: Any, request: Any, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        obj.phone = "set by code"
        super(CustomerAdmin, self).save_model(request, obj, form, change)

    monkeypatch.setattr(CustomerAdmin, "save_model", save_model, raising=False)
    form = open_form(superuser, row)
    assert post(superuser, row, form | {"last_name": "Byron"}).status_code == 302
    row.refresh_from_db()
    assert (row.last_name, row.phone) == ("Byron", "set by code")


def test_roles_count_as_a_change_of_the_user(superuser: Client) -> None:
    eve = make_user("eve")
    form = open_form(superuser, eve)
    role = Group.objects.get_or_create(name="user")[0]
    assert post(superuser, eve, form | {"groups": [str(role.pk)]}).status_code == 302
    changed = User.objects.get(pk=eve.pk)
    assert changed.roles == ["user"]
    assert changed.updated_at > eve.updated_at
