"""The page of the account: only what the plugins bring, nothing sent before its script is there, and
the admin's login by a passkey.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client, override_settings
from rest_framework.test import APIClient

from auth_core.models import AuthEvent
from tests.graph import ask_data, ask_error
from tests.plugins.mailbox import Mails
from tests.plugins.mfa import enrol
from tests.plugins.test_mfa_passkeys import ORIGIN, PASSKEYS, begin_login, client_of, register
from tests.rest import assert_problem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes")]
PARTS = {
    "auth_jwt": "sessions-title",
    "auth_mfa": "factors-title",
    "auth_oidc": "identities-title",
    "auth_accounts": "email-title",
    "auth_magic": "magic-title",
}
BUTTON = 'name="passkey"'
ADMIN = "/account/passkey/admin"


@pytest.fixture(autouse=True)
def _public(settings: Any) -> None:
    settings.PUBLIC_URL = ORIGIN
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False


def read(path: str, *, without: str = "") -> str:
    apps = [app for app in django_settings.INSTALLED_APPS if app != without]
    with override_settings(INSTALLED_APPS=apps):
        return Client().get(path).content.decode()


@pytest.mark.parametrize("app", PARTS)
def test_a_part_is_there_while_its_plugin_is(app: str) -> None:
    assert f'id="{PARTS[app]}"' in read("/account/")
    text = read("/account/", without=app)
    found = {name for name, mark in PARTS.items() if f'id="{mark}"' in text}
    assert found == PARTS.keys() - {app}
    assert app not in text


@pytest.mark.parametrize("path", ["/account/", "/api", "/", "/admin/login/"])
def test_a_login_takes_a_passkey_while_auth_mfa_is_there(path: str) -> None:
    assert "passkey" in read(path)
    assert "passkey" not in read(path, without="auth_mfa")


def test_no_form_sends_a_secret_into_an_address() -> None:
    text = read("/account/")
    forms = re.findall(r"<form.*?</form>", text, re.DOTALL)
    assert len(forms) > 8
    for form in forms:
        assert 'method="post"' in form or 'id="login"' in form
        # A form whose button is disabled is not sent by Enter either (HTML, 4.10.21.2).
        assert re.findall(r"<button( disabled)?>", form) == [" disabled"]


def test_an_account_without_a_password_sends_each_form_but_the_change_of_the_password() -> None:
    found = re.findall(
        r'<form method="post" id="([^"]*)"(.*?)</form>', read("/account/"), re.DOTALL
    )
    asked = {name: form for name, form in found if 'name="currentPassword"' in form}
    assert {"email-form", "delete-form", "totp-begin"} <= asked.keys()
    needed = {name for name in asked if re.search(r"currentPassword[^>]* required>", asked[name])}
    assert needed == {"password-form"}


@pytest.mark.parametrize("path", ["/account/", "/account/magic?token=secret"])
def test_an_address_with_a_token_goes_nowhere(path: str) -> None:
    page = Client().get(path)
    assert (page.status_code, page["Referrer-Policy"]) == (200, "no-referrer")
    assert (page["Cache-Control"], page["X-Robots-Tag"]) == ("no-store", "noindex")
    assert not page.cookies
    assert b"secret" not in page.content
    assert Client().post(path).status_code == 405


def test_the_link_of_a_login_by_mail_leads_to_the_page(
    api: APIClient, mails: Mails, user: Any, settings: Any
) -> None:
    user.email = "ada@example.org"
    user.save()
    client = api.post("/api/login/magic", {"email": user.email}).json()["client"]
    (link,) = mails.links()
    assert link.startswith(f"{ORIGIN}/account/magic?token=")
    assert Client().get(link.removeprefix(ORIGIN)).status_code == 200
    body = {"token": mails.token(), "client": client}
    assert api.post("/api/login/magic/confirm", body).status_code == 201


def test_a_passkey_gets_another_name(user: Any) -> None:
    me = client_of(user)
    _, made = register(me)
    path = f"/api/me/factors/{made.json()['id']}"
    renamed = me.patch(path, {"name": "key ring"})
    assert (renamed.status_code, renamed.json()["name"]) == (200, "key ring")
    query = 'mutation ($id: String!) { renamePasskey(id: $id, name: "watch") { name } }'
    found = ask_data(me, query, id=made.json()["id"])
    assert found["renamePasskey"]["name"] == "watch"
    for body in ({}, {"name": 1}, {"name": "x" * 101}, {"name": "x", "kind": "totp"}):
        assert_problem(me.patch(path, body), 400)
    long = (
        "mutation ($id: String!, $name: String!) { renamePasskey(id: $id, name: $name) { name } }"
    )
    fault = ask_error(me, long, id=made.json()["id"], name="x" * 101)
    assert fault["extensions"]["code"] == "BAD_USER_INPUT"
    assert me.get("/api/me/factors").json()[0]["name"] == "watch"


def test_nobody_renames_the_passkey_of_another_or_an_app(user: Any, another_admin: Any) -> None:
    me, other = client_of(user), client_of(another_admin)
    path = f"/api/me/factors/{register(me)[1].json()['id']}"
    assert_problem(other.patch(path, {"name": "mine"}), 404)
    assert_problem(APIClient().patch(path, {"name": "mine"}), 401)
    assert me.get("/api/me/factors").json()[0]["name"] == "phone"
    enrol(another_admin)
    (app,) = other.get("/api/me/factors").json()
    assert_problem(other.patch(f"/api/me/factors/{app['id']}", {"name": "mine"}), 404)


def send_passkey(browser: Client, answer: Any, goal: str = "/admin/accounts/") -> Any:
    page = browser.get("/admin/login/").content.decode()
    (token, *_) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    form = {"credential": json.dumps(answer), "next": goal, "csrfmiddlewaretoken": token}
    return browser.post(ADMIN, form)


def add_passkey(user: Any, password: str) -> Any:
    return register(client_of(user), currentPassword=password)[0]


def test_a_passkey_alone_opens_the_admin_once(admin: Any, settings: Any) -> None:
    settings.MFA_REQUIRED_FOR = ["staff"]
    key = add_passkey(admin, "admin")
    answer = key.get(begin_login())
    browser = Client(enforce_csrf_checks=True)
    assert send_passkey(browser, answer)["Location"] == "/admin/accounts/"
    assert browser.get("/admin/accounts/").status_code == 200
    assert AuthEvent.objects.filter(event="login", user=admin, provider="session").exists()
    again = Client(enforce_csrf_checks=True)
    assert send_passkey(again, answer)["Location"].startswith("/admin/login/")
    assert b"not known here" in again.get("/admin/login/").content


def test_the_way_on_stays_in_the_service(admin: Any) -> None:
    key = add_passkey(admin, "admin")
    for goal in ("https://evil.example/", "//evil.example", "javascript:x", ""):
        browser = Client(enforce_csrf_checks=True)
        answer = send_passkey(browser, key.get(begin_login()), goal)
        assert answer["Location"] == "/admin/"


def test_a_passkey_of_no_staff_and_an_odd_answer_open_nothing(user: Any) -> None:
    browser = Client(enforce_csrf_checks=True)
    key = add_passkey(user, "ada")
    answers = [key.get(begin_login()), None, [], "x", {"id": 1}, {"response": {"a": []}}]
    for answer in answers:
        sent = send_passkey(browser, answer)
        assert sent["Location"] == "/admin/login/?next=%2Fadmin%2Faccounts%2F"
        assert "/admin/login/" in browser.get("/admin/")["Location"]
    assert AuthEvent.objects.filter(event="failure", detail="not_staff").exists()


def test_another_site_cannot_log_a_visitor_in(admin: Any) -> None:
    key = add_passkey(admin, "admin")
    form = {"credential": json.dumps(key.get(begin_login()))}
    assert Client(enforce_csrf_checks=True).post(ADMIN, form).status_code == 403
    assert Client().get(ADMIN).status_code == 405


def test_the_document_has_the_fields_of_the_own_account(as_admin: APIClient) -> None:
    document = as_admin.get("/api/schema").json()
    own = document["paths"]["/api/me"]["patch"]
    user = document["paths"]["/api/users/{id}"]["patch"]
    assert own["requestBody"] == user["requestBody"]
    assert own["responses"]["200"] == user["responses"]["200"]
    reference = own["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    schema = document["components"]["schemas"][reference.rpartition("/")[2]]
    assert "firstName" in schema["properties"]
    assert document["paths"][PASSKEYS]["post"]


@pytest.mark.parametrize("path", ["/", "/api"])
def test_the_form_of_a_login_has_only_what_a_person_types(path: str) -> None:
    page = Client().get(path, headers={"Accept": "text/html"}).content.decode()
    form = page.partition('<form id="login"')[2].partition("</form>")[0]
    assert re.findall(r'<input[^>]*\bname="(\w+)"', form) == ["username", "password", "otp"]


def test_the_login_of_the_admin_names_the_code() -> None:
    page = Client().get("/admin/login/").content.decode()
    assert '<label for="id_otp">Code of your second factor:</label>' in page
