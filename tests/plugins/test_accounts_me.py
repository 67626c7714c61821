"""One's own account: another address, the end, logging in by the address, and invitations."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import Client
from rest_framework.test import APIClient

from auth_accounts.models import EmailAddress, Invitation
from auth_accounts.settings import SignUp
from tests.conftest import make_basic_header
from tests.logins import SURFACES, is_welcome
from tests.plugins.mailbox import PASSWORD, Mails
from tests.rest import assert_problem, find_pointers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes")]
OLD, NEW = "ada@example.org", "countess@example.org"


@pytest.fixture
def ada(user: Any, api: APIClient) -> Any:
    get_user_model().objects.filter(pk=user.pk).update(email=OLD)
    user.refresh_from_db()
    EmailAddress.objects.create(user=user, address=OLD, folded=OLD)
    api.credentials(HTTP_AUTHORIZATION=make_basic_header("ada", "ada"))
    return user


def change(api: APIClient, email: str = NEW, given: str = "ada") -> Any:
    return api.post("/api/me/email", {"email": email, "currentPassword": given})


def confirm(api: APIClient, token: str) -> Any:
    return APIClient().post("/api/me/email/confirm", {"token": token})


def test_the_new_address_confirms_and_the_old_one_gets_a_notice(
    api: APIClient, mails: Mails, ada: Any, django_capture_on_commit_callbacks: Any
) -> None:
    api.post("/api/password/reset", {"email": OLD})
    reset = mails.token(OLD)
    assert change(api).status_code == 202
    assert EmailAddress.objects.get().address == OLD
    token = mails.token(NEW)
    with django_capture_on_commit_callbacks(execute=True):
        assert confirm(api, token).status_code == 204
    ada.refresh_from_db()
    assert (ada.email, EmailAddress.objects.get().folded) == (NEW, NEW)
    assert (mails.read()[-1].to, mails.read()[-1].subject) == (
        [OLD],
        "Your e-mail address was changed",
    )
    assert find_pointers(confirm(api, token)) == ["#/token"]
    dead = {"token": reset, "newPassword": PASSWORD}
    assert find_pointers(api.post("/api/password/reset/confirm", dead)) == ["#/token"]


def test_a_change_needs_the_password_and_tells_nothing_of_others(
    api: APIClient, mails: Mails, ada: Any
) -> None:
    assert find_pointers(change(api, given="wrong")) == ["#/currentPassword"]
    other = get_user_model().objects.create(username="eve", email=NEW)
    EmailAddress.objects.create(user=other, address=NEW, folded=NEW)
    assert change(api).status_code == 202
    assert mails.read() == []


def test_two_accounts_do_not_get_one_address(api: APIClient, mails: Mails, ada: Any) -> None:
    change(api)
    token = mails.token(NEW)
    other = get_user_model().objects.create(username="eve", email=NEW)
    EmailAddress.objects.create(user=other, address=NEW, folded=NEW)
    assert find_pointers(confirm(api, token)) == ["#/token"]
    ada.refresh_from_db()
    assert ada.email == OLD


def test_an_account_is_deleted_with_its_password_alone(
    api: APIClient, mails: Mails, ada: Any
) -> None:
    wrong = api.delete("/api/me", {"currentPassword": "wrong"})
    assert find_pointers(wrong) == ["#/currentPassword"]
    assert api.delete("/api/me", {"currentPassword": "ada"}).status_code == 204
    assert not get_user_model().objects.filter(username="ada").exists()
    assert not EmailAddress.objects.exists()
    assert api.get("/api/me").status_code == 401


def test_the_last_administrator_stays(as_admin: APIClient, mails: Mails) -> None:
    assert_problem(as_admin.delete("/api/me", {"currentPassword": "admin"}), 409)
    assert get_user_model().objects.filter(username="admin").exists()


@pytest.mark.parametrize("surface", ["rest", "graphql", "basic"])
@pytest.mark.parametrize(
    ("mode", "accepted"), [("username", ["ada"]), ("email", [OLD]), ("either", ["ada", OLD])]
)
def test_people_log_in_by_what_the_setting_says(
    ada: Any, settings: Any, surface: str, mode: str, accepted: list[str]
) -> None:
    settings.LOGIN_BY = mode
    attempt = SURFACES[surface]
    typed = {"ada": "ada", OLD: "ADA@Example.org", "nobody": "nobody@example.org"}
    found = [name for name, text in typed.items() if is_welcome(surface, attempt(text, "ada"))]
    assert found == accepted


def test_an_address_counts_for_the_lock_of_its_account(ada: Any, settings: Any) -> None:
    settings.LOGIN_BY = "either"
    settings.LOCKOUT_ACCOUNT_TRIES = 2
    for number in range(3):
        SURFACES["rest"](OLD, f"wrong {number}")
    assert SURFACES["rest"]("ada", "ada").status_code == 429


def test_an_unverified_address_logs_in_nobody(ada: Any, settings: Any) -> None:
    settings.LOGIN_BY = "either"
    EmailAddress.objects.all().delete()
    assert SURFACES["rest"](OLD, "ada").status_code == 401


def test_a_guest_gets_the_role_of_the_invitation(
    api: APIClient, as_admin: APIClient, mails: Mails, settings: Any
) -> None:
    settings.SIGN_UP = SignUp("invitation")
    made = as_admin.post("/api/invitations", {"email": NEW, "role": "admin"})
    assert (made.status_code, made.json()["role"]) == (201, "admin")
    token = mails.token(NEW)
    assert "token" not in made.json()
    form = {"email": NEW, "password": PASSWORD, "username": "guest", "invitation": token}
    assert find_pointers(api.post("/api/register", {**form, "email": OLD})) == ["#/invitation"]
    assert api.post("/api/register", form).status_code == 202
    guest = get_user_model().objects.get(username="guest")
    assert (guest.roles, guest.is_superuser) == (["admin"], False)
    assert EmailAddress.objects.get().user_id == guest.pk
    assert find_pointers(api.post("/api/register", {**form, "username": "two"})) == ["#/invitation"]


def test_only_those_who_may_create_users_invite(
    as_user: APIClient, as_admin: APIClient, api: APIClient, mails: Mails
) -> None:
    assert_problem(as_user.post("/api/invitations", {"email": NEW}), 403)
    assert_problem(api.post("/api/invitations", {"email": NEW}), 401)
    unknown = as_admin.post("/api/invitations", {"email": NEW, "role": "emperor"})
    assert find_pointers(unknown) == ["#/role"]
    assert not Invitation.objects.exists()


def test_the_command_and_the_admin_invite(admin: Any, mails: Mails, capsys: Any) -> None:
    call_command("invite", NEW, role="user")
    assert "Invited" in capsys.readouterr().out
    with pytest.raises(CommandError, match="roles are"):
        call_command("invite", NEW, role="emperor")
    browser = Client()
    browser.force_login(admin)
    page = "/admin/auth_accounts/invitation/"
    assert browser.post(f"{page}add/", {"address": OLD, "role": "user"}).status_code == 302
    assert OLD in browser.get(page).content.decode()
    assert [each.to for each in mails.read()] == [[NEW], [OLD]]


def test_a_new_password_ends_a_change_that_a_thief_has_begun(
    api: APIClient, mails: Mails, ada: Any
) -> None:
    """Account pre-hijacking by an unexpired change of the address."""
    change(api)
    stolen = mails.token(NEW)
    api.post("/api/password/reset", {"email": OLD})
    form = {"token": mails.token(OLD), "newPassword": PASSWORD}
    assert api.post("/api/password/reset/confirm", form).status_code == 204
    assert find_pointers(confirm(api, stolen)) == ["#/token"]
    ada.refresh_from_db()
    assert ada.email == OLD
