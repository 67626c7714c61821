"""What ends a session, at the next request, for the access token and the refresh token alike."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from auth_core.models import AuthEvent
from auth_jwt.models import Session
from tests.conftest import make_basic_header
from tests.rest import read_stored
from tests.sessions import begin, refresh, statuses, stored, use

User = get_user_model()


def change_password(user: Any) -> None:
    user.set_password("another")
    user.save()


ENDS: dict[str, Callable[[Any, Any], object]] = {
    "logout": lambda user, pair: use(pair, "post", "/api/logout"),
    "logout everywhere": lambda user, pair: use(
        begin(user), "post", "/api/logout", {"everywhere": True}
    ),
    "ended by id": lambda user, pair: use(
        pair, "delete", f"/api/sessions/{Session.objects.get().pk}"
    ),
    "changed password": lambda user, pair: change_password(user),
    "unusable password": lambda user, pair: User.objects.update(password=make_password(None)),
    "password changed by a query": lambda user, pair: User.objects.update(
        password=make_password("another")
    ),
    "the same password set anew": lambda user, pair: User.objects.update(
        password=make_password("ada")
    ),
    "deactivated": lambda user, pair: User.objects.update(is_active=False),
    "deleted": lambda user, pair: user.delete(),
    "deleted by a query": lambda user, pair: User.objects.filter(pk=user.pk).delete(),
    "deleted past Django": lambda user, pair: delete_row(user),
    "row gone": lambda user, pair: Session.objects.all().delete(),
    "expired": lambda user, pair: Session.objects.update(
        expires_at=timezone.now() - timedelta(seconds=1)
    ),
    "revoked": lambda user, pair: Session.objects.update(revoked_at=timezone.now()),
}


def delete_row(user: Any) -> None:
    """Delete the user as it happens while auth_jwt is not installed: nothing follows the link."""
    user.groups.clear()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_user")


@pytest.mark.parametrize("end", ENDS)
def test_it_ends_a_session_at_the_next_request(user: Any, end: str) -> None:
    pair = begin(user)
    assert use(pair).status_code == 200
    ENDS[end](user, pair)
    before = read_stored(), stored()
    assert statuses(pair) == (401, 401)
    assert use(pair, "post", "/api/customers", {}).status_code == 401
    assert (read_stored(), stored()) == before


@pytest.mark.parametrize("end", ["logout", "ended by id", "revoked"])
def test_it_ends_no_other_session(user: Any, admin: Any, end: str) -> None:
    pair = begin(user)
    ENDS[end](user, pair)
    others = begin(user), begin(admin)
    assert [statuses(other) for other in others] == [(200, 200)] * 2
    assert statuses(pair) == (401, 401)


def test_a_role_counts_from_the_next_request(user: Any) -> None:
    pair = begin(user)
    assert use(pair).json()["roles"] == ["user"]
    user.groups.set([Group.objects.get_or_create(name="admin")[0]])
    assert use(pair).json()["roles"] == ["admin"]
    assert use(refresh(pair).json()).json()["roles"] == ["admin"]


def test_a_role_that_was_taken_opens_nothing(admin: Any, another_admin: Any) -> None:
    pair = begin(admin)
    admin.groups.clear()
    before = read_stored()
    assert use(pair, "get", "/api/users").status_code == 403
    assert read_stored() == before


def test_a_user_who_is_made_active_again_has_to_log_in(user: Any) -> None:
    pair = begin(user)
    user.is_active = False
    user.save()
    user.is_active = True
    user.save()
    assert statuses(pair) == (401, 401)
    assert AuthEvent.objects.get(event="revocation").detail == "inactive, sessions: 1"


def test_logging_out_everywhere_leaves_other_users_alone(user: Any, admin: Any) -> None:
    mine, foreign = begin(user), begin(admin)
    assert use(mine, "post", "/api/logout", {"everywhere": True}).status_code == 204
    assert (statuses(mine), statuses(foreign)) == ((401, 401), (200, 200))


def test_logging_out_answers_nothing_and_is_recorded(user: Any) -> None:
    response = use(begin(user), "post", "/api/logout")
    assert (response.status_code, response.content) == (204, b"")
    assert AuthEvent.objects.get(event="logout").detail == "sessions: 1"


def test_a_password_ends_sessions_only_everywhere(user: Any) -> None:
    pair = begin(user)
    client = APIClient(headers={"Authorization": make_basic_header("ada", "ada")})
    assert client.post("/api/logout").status_code == 204
    assert use(pair).status_code == 200
    assert client.post("/api/logout", {"everywhere": True}).status_code == 204
    assert statuses(pair) == (401, 401)


@pytest.mark.parametrize(
    "body", [{"everywhere": "true"}, {"everywhere": 1}, {"everywhere": None}, {"x": True}, [], "x"]
)
def test_a_body_of_another_shape_ends_nothing(user: Any, body: Any) -> None:
    pair = begin(user)
    assert use(pair, "post", "/api/logout", body).status_code == 400
    assert statuses(pair) == (200, 200)


def test_nobody_logs_nobody_out(user: Any, api: APIClient) -> None:
    pair = begin(user)
    assert api.post("/api/logout", {"everywhere": True}).status_code == 401
    assert statuses(pair) == (200, 200)


@pytest.mark.parametrize("login", ["/api/login", "/admin/login/"])
def test_a_better_hash_of_the_same_password_ends_no_session(user: Any, login: str) -> None:
    User.objects.update(password=make_password("ada", hasher="pbkdf2_sha256"), is_staff=True)
    user.refresh_from_db()
    pair = begin(user)
    Client().post(login, {"username": "ada", "password": "ada"}, **json_for(login))
    user.refresh_from_db()
    assert user.password.startswith("argon2$")
    assert statuses(pair) == (200, 200)


def json_for(login: str) -> Any:
    return {"content_type": "application/json"} if login.startswith("/api") else {}


def save_by_field(user: Any) -> None:
    user.password = make_password("another")
    user.save(update_fields=["password"])


def save_unusable(user: Any) -> None:
    user.set_unusable_password()
    user.save(update_fields=["password"])


@pytest.mark.parametrize("change", [save_by_field, save_unusable, change_password])
@pytest.mark.parametrize("hasher", ["pbkdf2_sha256", "default"])
def test_whatever_only_looks_like_a_better_hash_ends_the_session(
    user: Any, hasher: str, change: Callable[[Any], None]
) -> None:
    User.objects.update(password=make_password("ada", hasher=hasher))
    user = User.objects.get()
    pair = begin(user)
    change(user)
    assert statuses(pair) == (401, 401)


@pytest.mark.parametrize("change", [save_by_field, save_unusable])
def test_no_earlier_change_of_the_same_object_hides_a_later_one(
    user: Any, change: Callable[[Any], None]
) -> None:
    change_password(user)
    pair = begin(user)
    change(user)
    assert statuses(pair) == (401, 401)


def test_a_session_that_was_ended_by_another_password_stays_so_after_a_better_hash(
    user: Any,
) -> None:
    pair = begin(user)
    User.objects.update(password=make_password("another", hasher="pbkdf2_sha256"))
    APIClient().post("/api/login", {"username": "ada", "password": "another"})
    assert User.objects.get().password.startswith("argon2$")
    assert use(pair).status_code == 401
