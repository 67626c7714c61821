"""The last active account with the role admin does not lose it by accident, on any surface."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.test import Client

from accounts.models import User
from entity_api.writing.problems import Conflict
from tests.admin_pages import address_of, read_form
from tests.conftest import add_user, find_role
from tests.graph import ask_error
from tests.policies import call_as
from tests.rest import assert_problem, read_stored

pytestmark = pytest.mark.django_db
GROUP = "The group admin is neither renamed nor deleted while an active account has this role."
REASON = (
    "This is the last active account with the role admin. Give the role to another active account "
    "first."
)
UPDATE = (
    "mutation ($id: String!, $data: UserUpdateInput!) {updateUser(data: $data, where: {id: $id}) "
    "{id}}"
)
DELETE = "mutation ($id: String!) {deleteUser(where: {id: $id}) {id}}"


@pytest.fixture
def chief() -> Any:
    add_user("former", None, "admin", is_active=False)
    return add_user("chief", None, "admin", is_staff=True, is_superuser=True)


@pytest.fixture
def browser(chief: Any) -> Client:
    client = Client()
    client.force_login(chief)
    return client


@pytest.mark.parametrize(
    "change", [{"roles": []}, {"roles": ["user"]}, {"isActive": False}], ids=str
)
def test_an_update_is_refused(chief: Any, change: dict[str, Any]) -> None:
    before = read_stored()
    client = call_as(chief)
    assert assert_problem(client.patch(f"/api/users/{chief.pk}", change), 409)["detail"] == REASON
    error = ask_error(client, UPDATE, id=str(chief.pk), data=change)
    assert (error["extensions"]["code"], error["message"]) == ("CONFLICT", REASON)
    assert read_stored() == before


def test_a_deletion_is_refused(chief: Any) -> None:
    before = read_stored()
    client = call_as(chief)
    assert assert_problem(client.delete(f"/api/users/{chief.pk}"), 409)["detail"] == REASON
    assert ask_error(client, DELETE, id=str(chief.pk))["extensions"]["code"] == "CONFLICT"
    assert read_stored() == before


def test_the_admin_refuses_and_says_why(chief: Any, browser: Client) -> None:
    second = add_user("second", None, "user", is_staff=True)
    before = read_stored()
    change, changelist = address_of(User, "change", chief.pk), address_of(User, "changelist")
    form = read_form(browser.get(change))
    chosen = {
        "action": "delete_selected",
        "_selected_action": [str(chief.pk), str(second.pk)],
        "post": "yes",
    }
    for address, sent in (
        (change, form | {"groups": []}),
        (change, {name: value for name, value in form.items() if name != "is_active"}),
        (address_of(User, "delete", chief.pk), {"post": "yes"}),
        (changelist, chosen),
    ):
        assert REASON in browser.post(address, sent, follow=True).text, address
        assert read_stored() == before, address


def test_the_group_is_neither_deleted_nor_renamed(chief: Any) -> None:
    before = read_stored()
    renamed = Group.objects.get(name="admin")
    renamed.name = "chiefs"
    for change in (renamed.save, renamed.delete, Group.objects.filter(name="admin").delete):
        with pytest.raises(Conflict, match=GROUP), transaction.atomic():
            change()
    assert read_stored() == before


def test_the_admin_shows_a_role_and_its_rights_and_changes_none(
    chief: Any, browser: Client
) -> None:
    group, other = Group.objects.get(name="user"), Group.objects.create(name="<b>editors")
    before = read_stored()
    chosen = {"action": "delete_selected", "_selected_action": [str(group.pk)], "post": "yes"}
    for address, sent in (
        (address_of(Group, "add"), {"name": "editors"}),
        (address_of(Group, "change", group.pk), {"name": "chiefs"}),
        (address_of(Group, "delete", group.pk), {"post": "yes"}),
    ):
        assert browser.post(address, sent).status_code == 403, address
    browser.post(address_of(Group, "changelist"), chosen)
    assert read_stored() == before
    page = browser.get(address_of(Group, "change", group.pk)).text
    assert "<td>own rows</td>" in page
    assert 'name="permissions"' not in page
    page = browser.get(address_of(Group, "change", other.pk)).text
    assert "grants nothing" in page
    assert "<b>editors" not in page


def test_the_group_may_go_when_no_active_account_has_the_role() -> None:
    add_user("former", None, "admin", is_active=False)
    assert Group.objects.get(name="admin").delete()


def test_all_of_several_are_not_deleted_at_once(chief: Any) -> None:
    add_user("second", None, "admin")
    with pytest.raises(Conflict), transaction.atomic():
        User.objects.all().delete()
    assert User.objects.count() == 3
    with pytest.raises(Conflict), transaction.atomic():
        find_role("admin").user_set.clear()
    assert User.objects.filter(groups__name="admin").count() == 3


def test_with_another_active_one_everything_is_allowed(chief: Any) -> None:
    second = add_user("second", None, "admin")
    client = call_as(chief)
    assert client.patch(f"/api/users/{second.pk}", {"roles": ["user"]}).status_code == 200
    assert (
        client.patch(f"/api/users/{second.pk}", {"roles": ["admin"], "firstName": "x"}).status_code
        == 200
    )
    assert client.delete(f"/api/users/{chief.pk}").status_code == 200
    assert User.objects.filter(is_active=True, groups__name="admin").get() == second


def test_other_accounts_and_other_changes_are_free(chief: Any) -> None:
    ada, client = add_user("ada", None, "user"), call_as(chief)
    assert (
        client.patch(
            f"/api/users/{chief.pk}", {"roles": ["admin", "user"], "isActive": True}
        ).status_code
        == 200
    )
    assert client.patch(f"/api/users/{chief.pk}", {"roles": ["admin"]}).status_code == 200
    assert client.patch(f"/api/users/{ada.pk}", {"isActive": False, "roles": []}).status_code == 200
    assert client.delete(f"/api/users/{ada.pk}").status_code == 200


@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite lets one transaction write at a time"
)
@pytest.mark.django_db(transaction=True)
def test_two_who_remove_each_other_at_once_leave_one() -> None:
    pair = [add_user(name, None, "admin") for name in ("first", "second")]
    meeting, outcomes = threading.Barrier(2, timeout=20), []

    def remove(user: Any) -> None:
        try:
            with transaction.atomic():
                User.objects.filter(pk=user.pk).exists()
                meeting.wait()
                user.groups.clear()
            outcomes.append("removed")
        except Conflict:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=remove, args=[user]) for user in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused", "removed"]
