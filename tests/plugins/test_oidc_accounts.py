"""Which account an identity opens: by a link, by a verified address, or a new account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from auth_accounts.addresses import verify_address
from auth_accounts.apps import AuthAccountsConfig
from auth_core.models import AuthEvent
from auth_oidc.addresses import ATTRIBUTE
from auth_oidc.identities import find_linked, link
from auth_oidc.models import Identity
from auth_oidc.published import find_publisher
from tests.plugins.mailbox import PASSWORD, Mails
from tests.plugins.oidc import IssuerProcess, exchange, run_flow, run_issuer

pytestmark = [pytest.mark.exhaustive, pytest.mark.django_db]
SUBJECT = "ada-at-issuer"
EMAIL = "ada@example.org"
CLOSED = """
roles = ["admin", "user"]
[User]
view = ["admin", "own"]
update = ["admin", "own"]
fields.update.email = ["admin"]
"""


@pytest.fixture(scope="module")
def issuer() -> Iterator[IssuerProcess]:
    with run_issuer() as process:
        yield process


@pytest.fixture(autouse=True)
def trusting(issuer: IssuerProcess, settings: Any) -> None:
    settings.OIDC_ISSUERS = [issuer.describe(trusted_email=True)]
    settings.SESSION_COOKIE_SECURE = False
    settings.PUBLIC_URL = "http://testserver"
    find_publisher.cache_clear()


@pytest.fixture
def ada(user: Any) -> Any:
    user.email = EMAIL.title()
    user.save()
    return user


@pytest.fixture
def vouch(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let an app say whether the addresses of accounts are verified."""
    app: Any = apps.get_app_config("runtime")
    return lambda answer: monkeypatch.setattr(
        app, "is_email_verified", lambda user: bool(answer), raising=False
    )


def ask(issuer: IssuerProcess, **claims: Any) -> Any:
    given: dict[str, Any] = {"email": EMAIL, "email_verified": True} | claims
    token = issuer.sign(**given)
    return Client().get("/api/me", headers={"Authorization": f"Bearer {token}"})


def test_a_verified_address_leads_to_its_account(
    issuer: IssuerProcess, ada: Any, vouch: Any
) -> None:
    vouch("yes")
    assert ask(issuer).json()["username"] == "ada"
    # From then on the subject is known, whatever its address is.
    assert ask(issuer, email="other@example.org").json()["username"] == "ada"
    event = AuthEvent.objects.get(event="oidc_link")
    assert (event.user_id, event.provider) == (ada.pk, "auth_oidc")


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": 1},
        {"email_verified": "yes"},
        {"email": "other@example.org"},
        {"email": [EMAIL]},
        {"email": f"{EMAIL}\0"},
        {"email": None},
    ],
)
def test_no_other_address_does(issuer: IssuerProcess, ada: Any, vouch: Any, claims: Any) -> None:
    vouch("yes")
    assert ask(issuer, **claims).json()["code"] == "unknown_account"


def test_nor_does_that_of_an_issuer_that_is_not_trusted(
    issuer: IssuerProcess, ada: Any, vouch: Any, settings: Any
) -> None:
    vouch("yes")
    settings.OIDC_ISSUERS = [issuer.describe()]
    assert ask(issuer).status_code == 401
    assert not Identity.objects.exists()


def test_an_account_whose_address_is_not_its_own_waits_in_vain(
    issuer: IssuerProcess, ada: Any, vouch: Any, policy: Any
) -> None:
    """Account pre-hijacking: a stranger puts the victim's address into an account of their own."""
    vouch("")
    policy(CLOSED)
    assert ask(issuer).status_code == 401


def test_auth_accounts_knows_the_verified_addresses(issuer: IssuerProcess, ada: Any) -> None:
    assert ask(issuer).status_code == 401
    verify_address(ada, EMAIL)
    assert ask(issuer).json()["username"] == "ada"


def test_without_an_app_that_verifies_the_policy_decides(
    issuer: IssuerProcess, ada: Any, policy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(AuthAccountsConfig, ATTRIBUTE)
    # Users may write their own address here, so it says nothing.
    assert ask(issuer).status_code == 401
    policy(CLOSED)
    assert ask(issuer).status_code == 200


def test_an_address_of_two_accounts_leads_to_neither(
    issuer: IssuerProcess, ada: Any, admin: Any, vouch: Any
) -> None:
    vouch("yes")
    admin.email = EMAIL
    admin.save()
    assert ask(issuer).status_code == 401


@pytest.mark.parametrize(
    ("own", "claimed"),
    [("\u017fara@example.org", "sara@example.org"), ("sara@example.org", "\u017fara@example.org")],
)
def test_a_look_alike_is_another_address(
    issuer: IssuerProcess, ada: Any, vouch: Any, own: str, claimed: str
) -> None:
    vouch("yes")
    ada.email = own
    ada.save()
    assert ask(issuer, email=claimed).status_code == 401


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer")
def test_of_many_first_requests_at_once_each_gets_the_same_account(
    issuer: IssuerProcess, settings: Any
) -> None:
    settings.OIDC_ISSUERS = [issuer.describe(create_users=True)]
    token = issuer.sign(preferred_username="grace")
    seen: list[tuple[int, str]] = []

    def ask_once() -> None:
        try:
            answer = Client().get("/api/me", headers={"Authorization": f"Bearer {token}"})
            seen.append((answer.status_code, answer.json().get("username")))
        finally:
            connection.close()

    threads = [Thread(target=ask_once) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert seen == [(200, "grace@main")] * 16
    assert get_user_model().objects.count() == 1


def test_a_new_account_of_an_untrusted_issuer_waits_for_no_mail_of_others(
    issuer: IssuerProcess, settings: Any, mails: Mails
) -> None:
    """Account pre-hijacking: it would be the account that the owner of the address gets."""
    settings.OIDC_ISSUERS = [issuer.describe(create_users=True)]
    assert ask(issuer).status_code == 200
    assert APIClient().post("/api/login/magic", {"email": EMAIL}).status_code == 202
    assert mails.read() == []
    form = {"email": EMAIL, "username": "ada", "password": PASSWORD}
    assert APIClient().post("/api/register", form).status_code == 202
    assert APIClient().post("/api/register/verify", {"token": mails.token()}).status_code == 204


def test_a_new_account_gets_no_address_that_is_taken(
    issuer: IssuerProcess, ada: Any, settings: Any
) -> None:
    settings.OIDC_ISSUERS = [issuer.describe(create_users=True, trusted_email=True)]
    assert ask(issuer).status_code == 200
    assert ask(issuer, sub="s2", email="grace@example.org").status_code == 200
    made = get_user_model().objects.exclude(pk=ada.pk).order_by("created_at")
    assert [user.email for user in made] == [None, "grace@example.org"]


def test_who_is_logged_in_links_an_identity(
    issuer: IssuerProcess, user: Any, as_user: Any, as_admin: Any
) -> None:
    code = run_flow(Client(), SUBJECT, link="true")["code"]
    # It is no login, and nobody else's verifier is good for it.
    assert exchange(Client(), code).status_code == 401
    assert exchange(Client(), code, path="link").status_code == 401
    assert exchange(as_user, code, "other", path="link").status_code == 401
    made = exchange(as_user, code, path="link")
    assert made.status_code == 201, made.content
    assert exchange(as_user, code, path="link").status_code == 401
    assert find_linked(issuer.address, SUBJECT) == user
    assert exchange(Client(), run_flow(Client(), SUBJECT)["code"]).json()["username"] == "ada"
    again = run_flow(Client(), SUBJECT, link="true")["code"]
    assert exchange(as_admin, again, path="link").status_code == 409
    assert find_linked(issuer.address, SUBJECT) == user


def test_the_code_of_a_login_links_nothing(issuer: IssuerProcess, ada: Any, as_admin: Any) -> None:
    link(ada, issuer.address, SUBJECT)
    code = run_flow(Client(), SUBJECT)["code"]
    assert exchange(as_admin, code, path="link").status_code == 401


def test_identities_are_listed_and_taken_away_by_their_user(
    issuer: IssuerProcess, user: Any, as_user: Any, as_admin: Any
) -> None:
    made = link(user, issuer.address, SUBJECT)
    (listed,) = as_user.get("/api/oidc/identities").json()
    assert (listed["id"], listed["subject"]) == (str(made.pk), SUBJECT)
    assert as_admin.get("/api/oidc/identities").json() == []
    for client, name, status in (
        (as_admin, made.pk, 404),
        (as_user, "x", 404),
        (as_user, made.pk, 204),
        (as_user, made.pk, 404),
    ):
        assert client.delete(f"/api/oidc/identities/{name}").status_code == status
    assert ask(issuer, email=None).status_code == 401
    assert AuthEvent.objects.filter(event="oidc_unlink", user=user).count() == 1


def test_the_last_administrator_keeps_the_role(
    issuer: IssuerProcess, admin: Any, settings: Any
) -> None:
    link(admin, issuer.address, SUBJECT)
    assert exchange(Client(), run_flow(Client(), SUBJECT)["code"]).json()["roles"] == ["admin"]
