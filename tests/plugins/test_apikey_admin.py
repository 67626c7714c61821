"""API keys in the admin, and by the command."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from auth_apikey.models import ApiKey
from auth_core.models import AuthEvent
from tests.plugins.apikeys import ask_me, make_key
from tests.policies import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes")]
LIST = "/admin/auth_apikey/apikey/"
FORM = {"username": "ada", "name": "ci", "expires_at_0": "", "expires_at_1": ""}


@pytest.fixture
def staff(admin: Any) -> Client:
    client = Client()
    client.force_login(admin)
    return client


def run(*arguments: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("api_key", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_admin_shows_a_new_key_once(staff: Client, user: Any) -> None:
    assert staff.get(f"{LIST}add/").status_code == 200
    response = staff.post(f"{LIST}add/", {**FORM, "entities": ["Customer"]})
    key = response.text.partition('id="api-key">')[2].partition("<")[0]
    assert ask_me(key) == 200
    assert "no-store" in response["Cache-Control"]
    row = ApiKey.objects.get(user=user)
    assert row.entities == ["Customer"]
    for page in (LIST, f"{LIST}{row.pk}/change/"):
        assert key not in staff.get(page).text
    assert AuthEvent.objects.filter(
        event="key_created", user=user, actor__username="admin"
    ).exists()


@pytest.mark.parametrize(
    "fault", [{"username": "nobody"}, {"roles": ["admin"]}, {"name": ""}, {"actions": ["fly"]}]
)
def test_the_admin_refuses_what_the_api_refuses(staff: Client, user: Any, fault: Any) -> None:
    response = staff.post(f"{LIST}add/", {**FORM, **fault})
    assert response.status_code == 200
    assert "errorlist" in response.text
    make_key(user)
    assert "already" in staff.post(f"{LIST}add/", FORM).text
    assert ApiKey.objects.count() == 1


def test_the_admin_revokes(staff: Client, user: Any) -> None:
    key = make_key(user)
    body = {"action": "revoke_selected", "_selected_action": [ApiKey.objects.get().pk]}
    assert staff.post(LIST, body).status_code == 302
    assert ask_me(key) == 401
    assert AuthEvent.objects.get(event="key_revoked").user_id == user.pk
    assert staff.get(f"{LIST}{ApiKey.objects.get().pk}/delete/").status_code == 200


def test_only_superusers_make_keys_for_others(user: Any) -> None:
    client = Client()
    client.force_login(make_user("boss", "admin", is_staff=True))
    assert client.post(f"{LIST}add/", FORM).status_code == 403
    assert not ApiKey.objects.exists()


def test_the_command_makes_lists_and_revokes(user: Any) -> None:
    arguments = ("--action", "view", "--entity", "Customer", "--role", "user", "--expires", "30d")
    out, err = run("create", "ada", "ci", *arguments)
    key = out.strip()
    assert (ask_me(key), key in err) == (200, False)
    row = ApiKey.objects.get()
    assert (row.actions, row.entities, row.roles) == (["view"], ["Customer"], ["user"])
    assert row.expires_at
    assert timedelta(days=29) < row.expires_at - timezone.now() < timedelta(days=31)
    shown = json.loads(run("list", "ada", "--json")[0])
    assert (shown["user"], shown["prefix"]) == ("ada", f"sk_{row.prefix}")
    assert run("list")[0].splitlines()[1].split()[3] == f"sk_{row.prefix}"
    assert "Revoked" in run("revoke", f"sk_{row.prefix}")[0]
    assert (ask_me(key), run("list")[0]) == (401, "There is no key.\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("create", "nobody", "ci"),
        ("create", "ada", " "),
        ("create", "ada", "ci", "--role", "admin"),
        ("create", "ada", "ci", "--entity", "Nothing"),
        ("create", "ada", "ci", "--expires", "soon"),
        ("create", "ada", "ci", "--expires", "2020-01-01"),
        ("create", "ada", "\udcff"),
        ("revoke", "sk_unknown"),
        ("list", "nobody"),
    ],
)
def test_a_wrong_argument_is_one_line(user: Any, arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError) as refused:
        run(*arguments)
    assert "\n" not in str(refused.value)
    assert not ApiKey.objects.exists()
