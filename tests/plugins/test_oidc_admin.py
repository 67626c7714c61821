"""The admin's login by an issuer: a button, and in for staff only; in a real browser as well."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.test import Client, override_settings

from auth_core.models import AuthEvent
from auth_oidc import second_step
from auth_oidc.identities import link
from auth_oidc.published import find_publisher
from tests.environment import require
from tests.node_process import install_packages
from tests.plugins.mfa import enrol, show_code
from tests.plugins.oidc import IssuerProcess, begin, come_back, log_in_at_issuer, run_issuer
from tests.processes import find_free_port, run_python, serve
from tests.test_swagger import BROWSER, FOLDER, walk

pytestmark = [pytest.mark.exhaustive, pytest.mark.django_db]
SUBJECT = "ada-at-issuer"
LOGIN = "/admin/login/?next=/admin/auth_core/"


@pytest.fixture(scope="module")
def issuer() -> Iterator[IssuerProcess]:
    with run_issuer() as process:
        yield process


@pytest.fixture
def staff(admin: Any, issuer: IssuerProcess, settings: Any) -> Any:
    settings.OIDC_ISSUERS = [issuer.describe(roles_claim="")]
    settings.SESSION_COOKIE_SECURE = False
    settings.PUBLIC_URL = "http://testserver"
    find_publisher.cache_clear()
    link(admin, issuer.address, SUBJECT)
    return admin


def log_in(browser: Client, **query: str) -> Any:
    return come_back(browser, log_in_at_issuer(begin(browser, **query), SUBJECT))


def test_the_login_page_has_a_button_that_leads_back(staff: Any) -> None:
    page = Client().get(LOGIN).content.decode()
    address = "/account/oidc/main/login?next=%2Fadmin%2Fauth_core%2F"
    assert f'<a class="button" href="{address}">Log in with Main</a>' in page
    browser = Client()
    assert log_in(browser, next="/admin/auth_core/")["Location"] == "/admin/auth_core/"
    assert browser.get("/admin/auth_core/").status_code == 200
    assert AuthEvent.objects.filter(event="login", user=staff).count() == 1


def test_without_the_app_the_page_is_as_it_was(staff: Any) -> None:
    assert "oidc" in Client().get(LOGIN).content.decode()
    others = [app for app in django_settings.INSTALLED_APPS if app != "auth_oidc"]
    with override_settings(INSTALLED_APPS=others):
        page = Client().get(LOGIN).content.decode()
    assert 'id="login-form"' in page
    assert "oidc" not in page


def test_who_is_not_staff_stays_outside(staff: Any) -> None:
    staff.is_staff = False
    staff.save()
    browser = Client()
    answer = log_in(browser)
    assert answer["Location"] == "/admin/login/?next=%2Fadmin%2F"
    assert "may not use the admin" in browser.get(answer["Location"]).content.decode()
    assert AuthEvent.objects.filter(event="failure", detail="not_staff").count() == 1
    assert not Session.objects.exists()


def test_a_second_step_is_asked_on_a_page(staff: Any) -> None:
    enrol(staff)
    browser = Client(enforce_csrf_checks=True)
    page = log_in(browser, next="/admin/auth_core/")["Location"]
    assert page == "/account/oidc/second-step"
    assert "Send the code of your" in browser.get(page).content.decode()
    assert browser.get("/admin/").status_code == 302
    form = {"csrfmiddlewaretoken": browser.cookies["csrftoken"].value}
    assert browser.post(page, {"otp": show_code()}).status_code == 403
    assert "The code is wrong" in browser.post(page, form | {"otp": "000000"}).content.decode()
    assert "not valid" in browser.post(page, form | {"otp": "0" * 99}).content.decode()
    assert browser.get("/admin/").status_code == 302
    assert browser.post(page, form | {"otp": show_code()})["Location"] == "/admin/auth_core/"
    assert browser.get("/admin/").status_code == 200
    # It is over now, and another browser has never begun it.
    assert [each.get(page)["Location"] for each in (browser, Client())] == ["/admin/login/"] * 2


def test_guesses_at_a_second_step_are_counted_and_end(staff: Any, monkeypatch: Any) -> None:
    enrol(staff)
    browser = Client()
    page = log_in(browser)["Location"]
    codes = [browser.post(page, {"otp": f"{n:06}"}).status_code for n in range(8)]
    assert codes[-1] == 429
    monkeypatch.setattr(second_step, "LIFE", -1)
    assert browser.post(page, {"otp": show_code()})["Location"] == "/admin/login/"


def test_an_inactive_account_stays_outside(staff: Any, another_admin: Any) -> None:
    staff.is_active = False
    staff.save()
    assert log_in(Client())["Location"].startswith("/admin/login/")
    assert not Session.objects.exists()


def test_an_administrator_links_identities(staff: Any) -> None:
    browser = Client()
    log_in(browser)
    page = browser.get("/admin/auth_oidc/identity/")
    assert SUBJECT in page.content.decode()
    form = {"user": str(staff.pk), "issuer": "https://login.example.org", "subject": "s"}
    assert browser.post("/admin/auth_oidc/identity/add/", form).status_code == 302
    assert "finishedlogin" not in browser.get("/admin/").content.decode()


@pytest.fixture
def seen(tmp_path: Path) -> dict[str, Any]:
    require(shutil.which("npm"), "Node with npm")
    require(BROWSER, "Chromium")
    install_packages(FOLDER)
    port = find_free_port()
    database = tmp_path / "db.sqlite3"
    with run_issuer(f"http://127.0.0.1:{port}/account/oidc/main/callback") as issuer:
        given = {
            "name": "main",
            "label": "Main",
            "issuer": issuer.address,
            "clientId": "service",
            "clientSecret": "the secret: of the service",
        }
        environment = {
            "DATABASE_URL": f"sqlite:///{database}",
            "DEBUG": "true",
            "OIDC_ISSUERS": json.dumps([given]),
            # The settings of the tests have a PUBLIC_URL of their own.
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
        }
        for command in (["manage.py", "migrate"], ["manage.py", "seed_users"], ["-c", LINK]):
            done = run_python(*command, **environment, LINKED=issuer.address)
            assert done.returncode == 0, done.stderr
        with serve(port, 4, **environment) as address:
            return walk(address, FOLDER / "oidc.mjs")


LINK = """if True:
    import django, os
    django.setup()
    from accounts.models import User
    from auth_oidc.identities import link
    link(User.objects.get(username="admin"), os.environ["LINKED"], "admin-at-issuer")
"""


def test_people_log_in_with_a_browser(seen: dict[str, Any]) -> None:
    """In one test, as several workers would each walk the pages."""
    assert (seen["path"], seen["user"]) == ("/admin/", "ADMIN")
    assert seen["refused"] == []
    assert seen["stranger"] == "No account here belongs to this login."
    fetched = seen["fetched"]
    assert (fetched["status"], fetched["username"]) == (201, "admin")
    assert not {"oidc", "sessionid"} & {*seen["kept"]}
    assert (seen["linked"]["count"], seen["unlinked"]) == (2, 1)
    assert seen["linked"]["url"].endswith("/account/")
