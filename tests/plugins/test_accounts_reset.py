"""A forgotten password: a link for one use, after which nothing of before is good."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from auth_accounts.models import AccountToken, EmailAddress
from auth_core.models import AuthEvent
from auth_mfa.models import Factor
from auth_oidc.models import FinishedLogin, Identity
from tests.conftest import make_basic_header
from tests.plugins.apikeys import ask_me, make_key
from tests.plugins.mailbox import PUBLIC_URL, Mails
from tests.plugins.mfa import enrol
from tests.rest import assert_problem, find_pointers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes")]
ADDRESS = "ada@example.org"
NEW = "another password that nobody has"


@pytest.fixture
def ada(user: Any) -> Any:
    get_user_model().objects.filter(pk=user.pk).update(email=ADDRESS)
    user.refresh_from_db()
    return user


def ask(api: APIClient, email: str = ADDRESS, **extra: Any) -> Any:
    return api.post("/api/password/reset", {"email": email}, **extra)


def reset(api: APIClient, token: str, password: str = NEW) -> Any:
    return api.post("/api/password/reset/confirm", {"token": token, "newPassword": password})


def log_in(api: APIClient, password: str, username: str = "ada") -> Any:
    return api.post("/api/login", {"username": username, "password": password})


def test_the_link_sets_a_password_and_ends_all_sessions(
    api: APIClient, mails: Mails, ada: Any, django_capture_on_commit_callbacks: Any
) -> None:
    session = log_in(api, "ada").json()["accessToken"]
    browser = Client()
    browser.force_login(ada)
    assert ask(api, "ADA@example.org").status_code == 202
    assert mails.read()[0].to == [ADDRESS]
    token = mails.token()
    with django_capture_on_commit_callbacks(execute=True):
        assert reset(api, token).status_code == 204
    assert mails.read()[-1].subject == "Your password was changed"
    assert api.get("/api/me", headers={"Authorization": f"Bearer {session}"}).status_code == 401
    assert "_auth_user_id" not in browser.session
    assert (log_in(api, "ada").status_code, log_in(api, NEW).status_code) == (401, 201)
    assert EmailAddress.objects.get().user_id == ada.pk

    events = set(AuthEvent.objects.values_list("event", flat=True))
    assert {"reset_requested", "password_reset", "password_change"} <= events


def test_it_ends_what_an_intruder_may_have_left_and_no_second_factor(
    api: APIClient, mails: Mails, ada: Any, admin: Any
) -> None:
    enrol(ada)
    key, foreign = make_key(ada), make_key(admin)
    Identity.objects.create(user=ada, issuer="https://login.example.org", subject="intruder")
    Identity.objects.create(user=admin, issuer="https://login.example.org", subject="admin")
    waiting = {"state_digest": "a", "code_digest": "b", "finished_at": timezone.now()}
    FinishedLogin.objects.create(user=ada, issuer="i", subject="s", challenge="c", **waiting)
    ask(api)
    assert reset(api, mails.token()).status_code == 204
    assert (ask_me(key), ask_me(foreign)) == (401, 200)
    assert list(Identity.objects.values_list("user", flat=True)) == [admin.pk]
    assert FinishedLogin.objects.get().code_digest is None
    assert Factor.objects.filter(user=ada).exists()
    assert log_in(api, NEW).json()["code"] == "second_factor_required"
    assert {"key_revoked", "oidc_unlink"} <= set(AuthEvent.objects.values_list("event", flat=True))


def test_a_password_changed_with_the_current_one_ends_no_key(api: APIClient, ada: Any) -> None:
    key = make_key(ada)
    api.credentials(HTTP_AUTHORIZATION=make_basic_header("ada", "ada"))
    body = {"currentPassword": "ada", "newPassword": NEW}
    assert api.post("/api/me/password", body).status_code == 204
    assert ask_me(key) == 200


def test_a_bad_password_does_not_use_the_link_up(api: APIClient, mails: Mails, ada: Any) -> None:
    ask(api)
    token = mails.token()
    assert find_pointers(reset(api, token, "short"))[0] == "#/newPassword"
    assert reset(api, token).status_code == 204
    assert find_pointers(reset(api, token)) == ["#/token"]


def test_links_die_by_time_by_a_new_password_and_with_the_account(
    api: APIClient, mails: Mails, ada: Any
) -> None:
    ask(api)
    ask(api)
    first, second = (link.split("token=")[1] for link in mails.links())
    assert reset(api, second).status_code == 204
    assert find_pointers(reset(api, first)) == ["#/token"]
    ask(api)
    late = mails.token()
    AccountToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert find_pointers(reset(api, late)) == ["#/token"]
    ask(api)
    third = mails.token(ADDRESS)
    get_user_model().objects.filter(pk=ada.pk).update(is_active=False)
    assert find_pointers(reset(api, third)) == ["#/token"]


def test_it_lifts_the_lock_of_the_account(
    api: APIClient, mails: Mails, ada: Any, settings: Any
) -> None:
    settings.LOCKOUT_ACCOUNT_TRIES = 2
    for number in range(4):
        log_in(api, f"wrong {number}")
    assert log_in(api, "ada").status_code == 429
    ask(api)
    assert reset(api, mails.token()).status_code == 204
    assert log_in(api, NEW).status_code == 201


@pytest.mark.parametrize("email", [ADDRESS, "nobody@example.org", "eve@example.org"])
def test_the_answer_and_the_work_are_the_same_for_all(
    api: APIClient, mails: Mails, ada: Any, email: str
) -> None:
    get_user_model().objects.create(username="eve", email="eve@example.org", is_active=False)
    ask(api, "first@example.org")
    with CaptureQueriesContext(connection) as seen:
        answer = ask(api, email)
    assert (answer.status_code, answer.content) == (202, b"")
    assert not [each["sql"] for each in seen if "accounts_user" in each["sql"]]
    assert len(mails.read()) == (email == ADDRESS)


def test_links_never_lead_to_the_host_of_the_request(
    api: APIClient, mails: Mails, ada: Any, settings: Any
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    ask(api, HTTP_HOST="evil.example", HTTP_X_FORWARDED_HOST="evil.example")
    assert mails.links()[0].startswith(PUBLIC_URL)
    assert "evil" not in mails.read()[0].message().as_string()


def test_several_accounts_with_an_unverified_address_get_no_mail(
    api: APIClient, mails: Mails, ada: Any
) -> None:
    other = get_user_model().objects.create(username="bob", email="Ada@Example.org")
    other.set_password("a password")
    other.save()
    ask(api)
    assert mails.read() == []
    EmailAddress.objects.create(user=other, address="Ada@Example.org", folded=ADDRESS)
    ask(api)
    assert mails.read()[0].to == ["Ada@Example.org"]


def test_an_own_address_is_not_changed_without_the_password(
    api: APIClient, mails: Mails, ada: Any
) -> None:
    api.credentials(HTTP_AUTHORIZATION=make_basic_header("ada", "ada"))
    EmailAddress.objects.create(user=ada, address=ADDRESS, folded=ADDRESS)
    for path in (f"/api/users/{ada.pk}", "/api/me"):
        assert_problem(api.patch(path, {"email": "eve@example.org"}), 403)
    answer = api.patch("/api/me", {"firstName": "Ada"})
    assert (answer.status_code, answer.json()["firstName"]) == (200, "Ada")
    assert_problem(api.patch("/api/me", {"roles": ["admin"]}), 400, 403)
    ada.refresh_from_db()
    assert (ada.email, ada.roles) == (ADDRESS, ["user"])
    assert api.get("/api/me").json()["emailVerified"] is True


def test_an_address_that_an_administrator_writes_is_not_verified(
    api: APIClient, as_admin: APIClient, mails: Mails, ada: Any
) -> None:
    EmailAddress.objects.create(user=ada, address=ADDRESS, folded=ADDRESS)
    ask(api)
    token = mails.token()
    path = f"/api/users/{ada.pk}"
    assert as_admin.patch(path, {"email": "new@example.org"}).status_code == 200
    assert not EmailAddress.objects.exists()
    assert find_pointers(reset(api, token)) == ["#/token"]
