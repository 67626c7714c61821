"""The pages behind the links: looking uses nothing up, and a token goes nowhere else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client

from auth_accounts.models import AccountToken
from tests.logins import try_rest
from tests.plugins.mailbox import PASSWORD, PUBLIC_URL, Mails

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes")]
PAGES = ("sign-up", "verify", "reset", "email", "invitation")
NEW = "another password that nobody has"


@pytest.fixture
def browser() -> Client:
    """It proves no origin: the pages act by the token in their form alone."""
    return Client(enforce_csrf_checks=True)


def visit(browser: Client, link: str) -> Any:
    return browser.get(link.removeprefix(PUBLIC_URL))


def send(browser: Client, page: Any, **typed: str) -> Any:
    """Send the form of a page, with its hidden inputs."""
    text = page.content.decode()
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text))
    action = re.findall(r'action="([^"]*)"', text)[0]
    return browser.post(action, {**hidden, **typed}, HTTP_ORIGIN="null")


def test_a_person_signs_up_and_chooses_a_new_password(browser: Client, mails: Mails) -> None:
    form = {"email": "ada@example.org", "username": "ada", "password": PASSWORD}
    assert b"mail" in send(browser, browser.get("/account/sign-up"), **form).content
    for _ in range(3):
        page = visit(browser, mails.links()[-1])
    assert b"can log in" in send(browser, page).content
    assert try_rest("ada", PASSWORD).status_code == 201
    ask = send(browser, browser.get("/account/reset"), email="ada@example.org")
    assert b"on its way" in ask.content
    page = visit(browser, mails.links()[-1])
    refused = send(browser, page, newPassword="short")
    assert (refused.status_code, b"short" in refused.content) == (400, True)
    assert b'value="short"' not in refused.content
    assert b"is changed" in send(browser, refused, newPassword=NEW).content
    assert try_rest("ada", NEW).status_code == 201


def test_a_name_taken_meanwhile_asks_for_another(browser: Client, mails: Mails, user: Any) -> None:
    form = {"email": "grace@example.org", "username": "grace", "password": PASSWORD}
    send(browser, browser.get("/account/sign-up"), **form)
    page = visit(browser, mails.links()[-1])
    assert b'name="username"' not in page.content
    get_user_model().objects.create_user("grace")
    refused = send(browser, page)
    assert (refused.status_code, b'name="username"' in refused.content) == (409, True)
    again = send(browser, refused, username="ada")
    assert (again.status_code, b'value="ada"' in again.content) == (409, True)
    assert b"can log in" in send(browser, again, username="joan").content
    assert try_rest("joan", PASSWORD).status_code == 201


def test_passwords_are_masked_and_may_be_pasted(browser: Client) -> None:
    pages = ("/account/sign-up", "/account/reset?token=x", "/account/invitation?invitation=x")
    for path in pages:
        page = browser.get(path).content.decode()
        fields = re.findall(r"<input[^>]*(?:name|autocomplete)=\"[^\"]*password[^>]*>", page, re.I)
        assert fields, path
        assert all('type="password"' in each for each in fields)
        assert all('autocomplete="new-password"' in each for each in fields)
        assert "onpaste" not in page


def test_a_guest_makes_an_account(browser: Client, mails: Mails) -> None:
    call_command("invite", "grace@example.org", role="user")
    page = visit(browser, mails.links()[-1])
    done = send(browser, page, username="grace", password=PASSWORD)
    assert b"can log in" in done.content
    assert get_user_model().objects.get().email == "grace@example.org"


def test_a_bad_link_says_so_in_the_page(browser: Client, mails: Mails, user: Any) -> None:
    page = visit(browser, "/account/verify?token=%22%3E%3Cscript%3Ex")
    assert b"<script>" not in page.content
    refused = send(browser, page)
    assert (refused.status_code, b"not valid any more" in refused.content) == (400, True)
    assert refused["Referrer-Policy"] == "no-referrer"
    taken = {"email": "ada@example.org", "username": "ada", "password": PASSWORD}
    refused = send(browser, browser.get("/account/sign-up"), **taken)
    assert (refused.status_code, b"already exists" in refused.content) == (409, True)
    assert not AccountToken.objects.exists()


@pytest.mark.parametrize("name", PAGES)
def test_no_page_leaks_its_address_or_loads_more_than_its_looks(
    browser: Client, mails: Mails, name: str
) -> None:
    page = browser.get(f"/account/{name}?token=secret&next=https://evil.example")
    assert page.status_code == 200
    assert page["Referrer-Policy"] == "no-referrer"
    assert page["Cache-Control"] == "no-store"
    assert page["Content-Security-Policy"]
    assert not page.cookies
    # An icon of no bytes, as a browser would otherwise ask for one.
    text = page.content.decode().replace('<link rel="icon" href="data:,">', "", 1)
    # The looks of the account's page, and nothing more.
    looks = r'<link rel="stylesheet" href="/static/((?:pages/base|account/page)\.css)">'
    assert re.findall(looks, text) == ["pages/base.css", "account/page.css"]
    rest = re.sub(looks, "", text)
    assert not re.findall(r"<(?:script|img|link|iframe|style)|(?:src|href)=", rest)
    assert "evil" not in text
    assert re.findall(r'action="([^"]*)"', text) == [f"/account/{name}"]


def test_too_many_requests_are_429_with_the_wait(browser: Client, mails: Mails) -> None:
    answers = [
        send(browser, browser.get("/account/reset"), email="ada@example.org") for _ in range(8)
    ]
    assert answers[-1].status_code == 429
    assert answers[-1]["Retry-After"]
