"""Attacks through mails, on every request that sends one."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from tests.plugins.mailbox import PASSWORD, PUBLIC_URL, Mails
from tests.rest import assert_problem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes")]
GUEST = "guest@example.org"
SIGN_UP = {"username": "guest", "password": PASSWORD}
# The paths that mail an address of the body, and what else the body has.
ASKS: dict[str, dict[str, str]] = {
    "/api/register": SIGN_UP,
    "/api/register/resend": {},
    "/api/password/reset": {},
    "/api/login/magic": {},
    "/api/invitations": {},
    "/api/me/email": {"currentPassword": "admin"},
}
FORMS: dict[str, dict[str, str]] = {"/account/sign-up": SIGN_UP, "/account/reset": {}}
HEADERS = (f"{GUEST}\r\nBcc: eve@example.org", f"{GUEST}\nBcc: eve@example.org", "a@b.org\x0bc")
LISTS = (f"{GUEST},eve@example.org", f"Eve <eve@example.org>, {GUEST}", f"{GUEST} eve@example.org")


def test_the_list_is_whole() -> None:
    """A new path that takes an address belongs into ASKS."""
    schema = APIClient().get("/api/schema/?format=json").json()
    documents = schema["components"]["schemas"]
    found = set()
    for path, operations in schema["paths"].items():
        body = operations.get("post", {}).get("requestBody", {}).get("content", {})
        name = body.get("application/json", {}).get("schema", {}).get("$ref", "")
        if "email" in documents.get(name.rpartition("/")[2], {}).get("properties", ()):
            found.add(path)
    assert found - {"/api/users", "/api/customers"} == {*ASKS}


@pytest.mark.parametrize("path", ASKS)
@pytest.mark.parametrize("email", [*HEADERS, *LISTS])
def test_an_address_brings_no_header_and_no_other_recipient(
    as_admin: APIClient, mails: Mails, path: str, email: str
) -> None:
    assert_problem(as_admin.post(path, {"email": email, **ASKS[path]}), 400)
    assert mails.read() == []


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("email", [*HEADERS, *LISTS])
def test_nor_does_that_of_a_form(mails: Mails, path: str, email: str) -> None:
    assert Client().post(path, {"email": email, **FORMS[path]}).status_code == 400
    assert mails.read() == []


@pytest.mark.parametrize("path", [*ASKS, *FORMS])
def test_no_link_leads_to_the_host_of_the_request(
    as_admin: APIClient, admin: Any, mails: Mails, settings: Any, path: str
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    settings.MAGIC_LINK_URL = f"{PUBLIC_URL}/login"
    evil: Any = {"HTTP_HOST": "evil.example", "HTTP_X_FORWARDED_HOST": "evil.example"}
    email = GUEST
    if path.endswith(("/reset", "/magic")):
        email = admin.email = "admin@example.org"
        admin.save()
    if path.endswith("/resend"):
        as_admin.post("/api/register", {"email": email, **SIGN_UP})
        assert len(mails.read()) == 1
    before = len(mails.read())
    if path in FORMS:
        answer: Any = Client().post(path, {"email": email, **FORMS[path]}, **evil)
    else:
        answer = as_admin.post(path, {"email": email, **ASKS[path]}, **evil)
    assert answer.status_code in (200, 201, 202)
    (sent,) = mails.read()[before:]
    assert mails.links()[-1].startswith(PUBLIC_URL)
    assert "evil" not in sent.message().as_string()


def test_all_paths_together_mail_an_address_no_more_than_one_of_them(
    as_admin: APIClient, mails: Mails
) -> None:
    open_to_all = [path for path in ASKS if path != "/api/invitations"]
    statuses = [
        as_admin.post(path, {"email": GUEST, **ASKS[path]}, REMOTE_ADDR=f"192.0.2.{number}")
        for number in range(3)
        for path in open_to_all
    ]
    codes = [answer.status_code for answer in statuses]
    assert codes.count(202) == 5
    assert {*codes[5:]} == {429}
