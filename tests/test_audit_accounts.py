"""Accounts are made, renamed, changed and deleted with an event, on every surface."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from auth_core.models import AuthEvent
from tests.admin_pages import address_of, read_form
from tests.conftest import make_basic_header

PASSWORD = "analytical engine of 1837"


@pytest.fixture(autouse=True)
def forget_events(admin: Any, user: Any, quick_hashes: None) -> None:
    clear_events()


def clear_events() -> None:
    AuthEvent.objects.all()._raw_delete(using=AuthEvent.objects.db)


class Rest:
    def __init__(self, admin: Any) -> None:
        self.api = APIClient()
        self.api.force_authenticate(admin)

    def create(self) -> None:
        body = {"username": "grace", "password": PASSWORD, "email": "g@example.org"}
        assert self.api.post("/api/users", body).status_code == 201

    def change(self, user: Any, **values: Any) -> None:
        assert self.api.patch(f"/api/users/{user.pk}", values).status_code == 200

    def delete(self, user: Any) -> None:
        assert self.api.delete(f"/api/users/{user.pk}").status_code == 200


class Graph:
    def __init__(self, admin: Any) -> None:
        admin.set_password("admin")
        admin.save()
        clear_events()
        self.client = Client(HTTP_AUTHORIZATION=make_basic_header("admin", "admin"))

    def ask(self, field: str, arguments: dict[str, Any], types: str) -> None:
        given = ", ".join(f"{name}: ${name}" for name in arguments)
        query = f"mutation ({types}) {{ {field}({given}) {{ id }} }}"
        body = {"query": query, "variables": arguments}
        answer = self.client.post("/graphql", json.dumps(body), content_type="application/json")
        assert "errors" not in answer.json(), answer.text

    def create(self) -> None:
        data = {"username": "grace", "password": PASSWORD, "email": "g@example.org"}
        self.ask("createUser", {"data": data}, "$data: UserCreateInput!")

    def change(self, user: Any, **values: Any) -> None:
        arguments = {"where": {"id": str(user.pk)}, "data": values}
        self.ask("updateUser", arguments, "$where: UserWhereUniqueInput!, $data: UserUpdateInput!")

    def delete(self, user: Any) -> None:
        self.ask("deleteUser", {"where": {"id": str(user.pk)}}, "$where: UserWhereUniqueInput!")


class Admin:
    def __init__(self, admin: Any) -> None:
        self.client = Client()
        self.client.force_login(admin)

    def create(self) -> None:
        sent = {"username": "grace", "usable_password": "true"}
        sent |= {"password1": PASSWORD, "password2": PASSWORD}
        assert self.client.post(address_of(User, "add"), sent).status_code == 302

    def change(self, user: Any, **values: Any) -> None:
        address = address_of(User, "change", user.pk)
        if roles := values.pop("roles", None):
            groups = Group.objects.filter(name__in=roles)
            values["groups"] = [str(group.pk) for group in groups]
        form = read_form(self.client.get(address)) | values
        assert self.client.post(address, form).status_code == 302

    def delete(self, user: Any) -> None:
        sent = {"action": "delete_selected", "_selected_action": [str(user.pk)], "post": "yes"}
        assert self.client.post(address_of(User, "changelist"), sent).status_code == 302


@pytest.fixture(params=[Rest, Graph, Admin])
def surface(request: pytest.FixtureRequest, admin: Any) -> Any:
    return request.param(admin)


def list_events(*, but: tuple[str, ...] = ("login",)) -> list[tuple[str, str, str]]:
    rows = AuthEvent.objects.order_by("pk").exclude(event__in=but)
    return [(row.event, row.username, row.detail) for row in rows]


def list_actors() -> set[Any]:
    return {event.actor_id for event in AuthEvent.objects.exclude(event="login")}


def test_a_new_account_is_recorded(surface: Any, admin: Any) -> None:
    surface.create()
    assert list_events() == [("creation", "grace", "")]
    assert AuthEvent.objects.get(event="creation").user_id == User.objects.get(username="grace").pk
    assert list_actors() == {admin.pk}


def test_a_new_name_is_recorded_with_the_old_one(surface: Any, user: Any, admin: Any) -> None:
    surface.change(user, username="lovelace")
    assert list_events() == [("renaming", "lovelace", "from ada to lovelace")]
    assert list_actors() == {admin.pk}


def test_a_new_address_is_recorded_with_the_old_one(surface: Any, user: Any, admin: Any) -> None:
    surface.change(user, email="ada@example.org")
    surface.change(user, email="ada@example.net")
    assert list_events() == [
        ("email_change", "ada", "from none to ada@example.org"),
        ("email_change", "ada", "from ada@example.org to ada@example.net"),
    ]
    assert list_actors() == {admin.pk}


def test_a_change_of_roles_is_recorded(surface: Any, user: Any, admin: Any) -> None:
    surface.change(user, roles=["admin"])
    assert sorted(list_events()) == [
        ("role_change", "ada", "added admin"),
        ("role_change", "ada", "removed user"),
    ]
    assert list_actors() == {admin.pk}


def test_a_deletion_is_recorded(surface: Any, user: Any, admin: Any) -> None:
    key = user.pk
    surface.delete(user)
    assert list_events() == [("deletion", "ada", "")]
    event = AuthEvent.objects.get(event="deletion")
    assert (event.user_id, event.actor_id) == (key, admin.pk)
    assert not User.objects.filter(pk=key).exists()


def test_a_deletion_by_queryset_is_recorded_for_each(
    user: Any, admin: Any, another_admin: Any
) -> None:
    User.objects.exclude(pk=another_admin.pk).delete()
    assert sorted(list_events()[-2:]) == [("deletion", "ada", ""), ("deletion", "admin", "")]


def test_a_refused_deletion_is_not_recorded(user: Any) -> None:
    api = APIClient()
    api.force_authenticate(user)
    assert api.delete(f"/api/users/{user.pk}").status_code == 403
    assert list_events() == []


def test_a_role_of_another_name_is_recorded_for_all_who_have_it(user: Any) -> None:
    role = Group.objects.get(name="user")
    role.name = "customer"
    role.save()
    assert list_events() == [("role_change", "ada", "removed user, added customer")]


def test_no_event_holds_a_password(surface: Any) -> None:
    surface.create()
    stored = User.objects.get(username="grace").password
    told = json.dumps(list(AuthEvent.objects.values()), default=str)
    assert PASSWORD not in told
    assert stored not in told
