"""Setting one's own password takes the current one on every road, with the lock and the audit of a
login.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import Client, RequestFactory
from rest_framework.test import APIClient

from accounts.models import User
from auth_core.middleware import AuditMiddleware
from auth_core.models import AuthEvent
from tests.admin_pages import address_of
from tests.conftest import add_user
from tests.graph import ask_error
from tests.rest import assert_problem, read_stored

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes", "as_described")]
CURRENT, NEW = "analytical engine of 1837", "difference engine of 1822"
CHANGE = "/admin/password_change/"
UPDATE = (
    "mutation ($id: String!, $data: UserUpdateInput!) {updateUser(data: $data, where: {id: $id}) "
    "{id}}"
)


@pytest.fixture(params=["user", "admin"])
def person(request: pytest.FixtureRequest) -> Any:
    role: str = request.param
    return add_user("ada", CURRENT, role, is_staff=True, is_superuser=role == "admin")


@pytest.fixture
def browser(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def change(browser: Client, old: str, new: str = NEW) -> Any:
    return browser.post(CHANGE, {"old_password": old, "new_password1": new, "new_password2": new})


def has_password(person: Any, password: str) -> bool:
    return bool(User.objects.get(pk=person.pk).check_password(password))


def test_the_api_refuses_it(person: Any) -> None:
    client = APIClient()
    client.force_authenticate(person)
    before = read_stored()
    data = {"password": NEW, "firstName": "Augusta"}
    refused = client.patch(f"/api/users/{person.pk}", data)
    assert "POST /api/me/password" in assert_problem(refused, 403)["detail"]
    error = ask_error(client, UPDATE, id=str(person.pk), data=data)
    assert (error["extensions"]["code"], error["message"]) == (
        "FORBIDDEN",
        refused.json()["detail"],
    )
    assert read_stored() == before


def test_the_admin_page_for_others_leads_to_the_page_for_oneself(
    person: Any, browser: Client
) -> None:
    page = address_of(User, "change", person.pk).replace("/change/", "/password/")
    form = {"password1": NEW, "password2": NEW, "usable_password": "true", "set-password": "1"}
    for response in (browser.get(page), browser.post(page, form)):
        assert (response.status_code, response["Location"]) == (302, CHANGE)
    assert browser.post(page.replace("-", ""), form).status_code == 403
    assert has_password(person, CURRENT)


def test_the_admin_changes_it_with_the_current_one(person: Any, browser: Client) -> None:
    assert change(browser, CURRENT).status_code == 302
    assert has_password(person, NEW)
    assert browser.get("/admin/").status_code == 200
    assert (
        AuthEvent.objects.filter(event="password_change", user=person, actor_id=None).count() == 1
    )


def test_a_wrong_current_one_in_the_admin_is_a_failed_login(person: Any, browser: Client) -> None:
    assert "entered incorrectly" in change(browser, "wrong").text
    event = AuthEvent.objects.get(event="failure")
    assert (event.user_id, event.detail, event.provider) == (person.pk, "wrong_password", "session")
    assert has_password(person, CURRENT)


def test_guessing_it_in_the_admin_locks_the_account(person: Any, browser: Client) -> None:
    assert [change(browser, f"wrong {number}").status_code for number in range(5)] == [200] * 5
    locked = change(browser, CURRENT)
    assert (locked.status_code, locked.has_header("Retry-After")) == (429, True)
    assert (
        Client().post("/admin/login/", {"username": "ada", "password": CURRENT}).status_code == 429
    )
    assert has_password(person, CURRENT)


@pytest.mark.parametrize("new", ["short", "qwertyuiopasdfgh"])
def test_a_new_one_in_the_admin_keeps_the_rules(person: Any, browser: Client, new: str) -> None:
    assert change(browser, CURRENT, new).context["form"].errors["new_password2"]
    assert has_password(person, CURRENT)


def test_an_administrator_still_sets_that_of_another(person: Any) -> None:
    client = APIClient()
    client.force_authenticate(add_user("chief", None, "admin"))
    other = add_user("eve", CURRENT, "user")
    assert client.patch(f"/api/users/{other.pk}", {"password": NEW}).status_code == 200
    assert has_password(other, NEW)


def test_a_view_of_ones_own_is_refused_it_too(person: Any) -> None:
    def set_password(request: Any) -> HttpResponse:
        request.user.set_password(NEW)
        request.user.save()
        return HttpResponse()

    request = RequestFactory().post("/")
    request.user = person
    with pytest.raises(PermissionDenied):
        AuditMiddleware(set_password)(request)
    assert has_password(person, CURRENT)
