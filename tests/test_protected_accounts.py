"""Nobody but a superuser changes the account of staff or of a superuser, on any surface."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from tests.admin_pages import address_of, read_form
from tests.conftest import add_user
from tests.graph import ask_data, ask_error
from tests.policies import ALL, call_as, write_policy
from tests.rest import assert_problem, read_stored

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes")]
NEW = "difference engine of 1822"
UPDATE = (
    "mutation ($id: String!, $data: UserUpdateInput!) {updateUser(data: $data, where: {id: $id}) "
    "{id}}"
)
DELETE = "mutation ($id: String!) {deleteUser(where: {id: $id}) {id}}"
CHANGES = [
    {"password": NEW},
    {"username": "eve"},
    {"email": "e@example.org"},
    {"isActive": False},
    {"roles": []},
]
protected = pytest.mark.parametrize(
    "flags", [{"is_staff": True}, {"is_superuser": True}], ids=["staff", "superuser"]
)


@pytest.fixture
def helpdesk() -> Any:
    """May use the admin and has the role admin, but is no superuser."""
    return add_user("helen", None, "admin", is_staff=True)


@pytest.fixture
def browser(helpdesk: Any) -> Client:
    client = Client()
    client.force_login(helpdesk)
    return client


@protected
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_the_api_finds_no_such_row_to_change(helpdesk: Any, flags: Any, change: Any) -> None:
    target = add_user("chief", None, "admin", **flags)
    client = call_as(helpdesk)
    before = read_stored()
    assert_problem(client.patch(f"/api/users/{target.pk}", change), 404)
    assert (
        ask_error(client, UPDATE, id=str(target.pk), data=change)["extensions"]["code"]
        == "NOT_FOUND"
    )
    assert client.get(f"/api/users/{target.pk}").status_code == 200
    assert read_stored() == before


@protected
def test_the_api_deletes_no_such_row(helpdesk: Any, flags: Any) -> None:
    target = add_user("chief", None, "admin", **flags)
    before = read_stored()
    assert_problem(call_as(helpdesk).delete(f"/api/users/{target.pk}"), 404)
    assert (
        ask_error(call_as(helpdesk), DELETE, id=str(target.pk))["extensions"]["code"] == "NOT_FOUND"
    )
    assert read_stored() == before


@protected
def test_the_admin_shows_such_an_account_and_changes_nothing(browser: Client, flags: Any) -> None:
    target = add_user("chief", None, "admin", **flags)
    before = read_stored()
    page = browser.get(address_of(User, "change", target.pk))
    assert (page.status_code, page.context["has_change_permission"]) == (200, False)
    password_page = address_of(User, "change", target.pk).replace("/change/", "/password/")
    chosen = {"action": "delete_selected", "_selected_action": [str(target.pk)], "post": "yes"}
    for address, form in (
        (address_of(User, "change", target.pk), {"username": "eve"}),
        (password_page, {"password1": NEW, "password2": NEW, "usable_password": "true"}),
        (address_of(User, "delete", target.pk), {"post": "yes"}),
        (address_of(User, "changelist"), chosen),
    ):
        assert browser.post(address, form).status_code == 403, address
    assert read_stored() == before


def test_ordinary_accounts_are_changed_as_before(helpdesk: Any, browser: Client) -> None:
    target = add_user("ada", None, "user")
    changed = call_as(helpdesk).patch(
        f"/api/users/{target.pk}", {"username": "eva", "password": NEW}
    )
    assert changed.status_code == 200
    address = address_of(User, "change", target.pk)
    form = read_form(browser.get(address)) | {"email": "eva@example.org"}
    assert browser.post(address, form).status_code == 302
    target.refresh_from_db()
    assert (target.username, target.email, target.check_password(NEW)) == (
        "eva",
        "eva@example.org",
        True,
    )
    assert ask_data(call_as(helpdesk), DELETE, id=str(target.pk)) == {
        "deleteUser": {"id": str(target.pk)}
    }


def test_staff_change_their_own_account(helpdesk: Any) -> None:
    assert (
        call_as(helpdesk).patch(f"/api/users/{helpdesk.pk}", {"email": "h@example.org"}).status_code
        == 200
    )


@protected
def test_a_superuser_changes_them(flags: Any) -> None:
    root = add_user("root", None, "admin", is_superuser=True)
    target = add_user("chief", None, "admin", **flags)
    assert call_as(root).patch(f"/api/users/{target.pk}", {"password": NEW}).status_code == 200
    assert call_as(root).delete(f"/api/users/{target.pk}").status_code == 200


def test_a_public_update_does_not_reach_them(policy: Callable[[str], Any], api: APIClient) -> None:
    policy(write_policy(User=ALL.replace('"all"', '"public"')))
    target, ordinary = (
        add_user("chief", None, "admin", is_staff=True),
        add_user("ada", None, "user"),
    )
    assert_problem(api.patch(f"/api/users/{target.pk}", {"email": "e@example.org"}), 404)
    assert api.patch(f"/api/users/{ordinary.pk}", {"email": "e@example.org"}).status_code == 200


def test_has_perm_says_the_same(helpdesk: Any) -> None:
    chief, ada = add_user("chief", None, "user", is_superuser=True), add_user("ada", None, "user")
    rights = [f"accounts.{verb}_user" for verb in ("view", "change", "delete")]
    assert [helpdesk.has_perm(right, chief) for right in rights] == [True, False, False]
    assert [helpdesk.has_perm(right, ada) for right in rights] == [True, True, True]
    assert helpdesk.has_perm("accounts.change_user", helpdesk)


def test_developers_see_the_reason(helpdesk: Any, settings: Any) -> None:
    settings.DEBUG = True
    target = add_user("chief", None, "user", is_superuser=True)
    problem = call_as(helpdesk).patch(f"/api/users/{target.pk}", {"email": "e@example.org"}).json()
    assert (
        problem["explanation"]
        == "Only superusers change or delete the accounts of staff and superusers."
    )
