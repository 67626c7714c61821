"""A new password is hashed before the transaction that stores it, on every surface: a hash holds up
no writer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from accounts import passwords
from accounts.hashing import Argon2PasswordHasher
from accounts.provisioning import ensure_user
from tests.graph import ask_data
from tests.rest import assert_problem, find_pointers

PASSWORD = "cobol and compilers"
CREATE = 'mutation { createUser(data: {username: "grace", password: "%s"}) { id } }'
UPDATE = 'mutation { updateUser(where: {id: "%s"}, data: {password: "%s"}) { id } }'
Surface = Callable[[Any], object]
User = get_user_model()


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """For each hash that is made, whether a transaction was open."""
    made: list[bool] = []
    encode = Argon2PasswordHasher.encode

    def watch(self: Argon2PasswordHasher, password: str, salt: str) -> str:
        made.append(connection.in_atomic_block)
        return encode(self, password, salt)

    monkeypatch.setattr(Argon2PasswordHasher, "encode", watch)
    return made


@pytest.fixture
def root(transactional_db: None) -> Any:
    user = User.objects.create_superuser("root")
    user.groups.add(Group.objects.get_or_create(name="admin")[0])
    return user


@pytest.fixture
def grace(root: Any) -> Any:
    return User.objects.create(username="grace")


def as_root(root: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(root)
    return client


def in_admin(root: Any) -> Client:
    client = Client()
    client.force_login(root)
    return client


def add_in_admin(root: Any) -> object:
    words = dict.fromkeys(("password1", "password2"), PASSWORD)
    return in_admin(root).post(
        "/admin/accounts/user/add/", {"username": "grace", "usable_password": "true"} | words
    )


CREATING: dict[str, Surface] = {
    "rest": lambda root: as_root(root).post(
        "/api/users", {"username": "grace", "password": PASSWORD}
    ),
    "graphql": lambda root: as_root(root).post("/graphql", {"query": CREATE % PASSWORD}),
    "admin": add_in_admin,
    "seed_users": lambda _: ensure_user("grace", PASSWORD, "user"),
    "create_user": lambda _: User.objects.create_user("grace", password=PASSWORD),
}


@pytest.mark.parametrize("surface", CREATING)
def test_a_user_is_made_with_one_hash_before_the_transaction(
    root: Any, hashed: list[bool], surface: str
) -> None:
    CREATING[surface](root)
    assert hashed == [False]
    assert User.objects.get(username="grace").check_password(PASSWORD)


def change_in_admin(root: Any, user: Any) -> object:
    words = dict.fromkeys(("password1", "password2"), PASSWORD)
    return in_admin(root).post(
        f"/admin/accounts/user/{user.pk}/password/", {"usable_password": "true"} | words
    )


CHANGING: dict[str, Callable[[Any, Any], object]] = {
    "rest": lambda root, user: as_root(root).patch(f"/api/users/{user.pk}", {"password": PASSWORD}),
    "graphql": lambda root, user: as_root(root).post(
        "/graphql", {"query": UPDATE % (user.pk, PASSWORD)}
    ),
    "admin": change_in_admin,
}


@pytest.mark.parametrize("surface", CHANGING)
def test_a_new_password_costs_one_hash_before_the_transaction(
    root: Any, grace: Any, hashed: list[bool], surface: str
) -> None:
    CHANGING[surface](root, grace)
    assert hashed == [False]
    grace.refresh_from_db()
    assert grace.check_password(PASSWORD)


@pytest.mark.parametrize("password", ["short", "", None, 1, "x" * 2000, "a\0" * 20, ["a"]])
def test_what_will_be_refused_is_not_hashed(root: Any, hashed: list[bool], password: Any) -> None:
    response = as_root(root).post("/api/users", {"username": "grace", "password": password})
    assert (response.status_code, hashed) == (400, [])


def test_a_caller_who_may_set_no_password_costs_no_hash(
    root: Any, grace: Any, hashed: list[bool]
) -> None:
    anybody, known = APIClient(), as_root(User.objects.create(username="eve"))
    for client in (anybody, known):
        client.post("/graphql", {"query": CREATE % PASSWORD})
        client.post("/api/users", {"username": "grace", "password": PASSWORD})
    anybody.post("/graphql", {"query": UPDATE % (grace.pk, PASSWORD)})
    anybody.patch(f"/api/users/{grace.pk}", {"password": PASSWORD})
    assert hashed == []
    assert not User.objects.exclude(username="root").exclude(password="").exists()


def post_many(root: Any, count: int) -> Any:
    users = [{"username": f"grace{number}", "password": PASSWORD} for number in range(count)]
    return as_root(root).post("/api/users/bulk", users)


def test_the_passwords_of_many_users_are_hashed_before_the_transaction(
    root: Any, hashed: list[bool]
) -> None:
    assert post_many(root, 3).status_code == 201
    assert hashed == [False] * 3
    assert len(set(User.objects.exclude(pk=root.pk).values_list("password", flat=True))) == 3


def test_many_new_passwords_are_hashed_before_the_transaction(
    root: Any, grace: Any, hashed: list[bool]
) -> None:
    query = (
        'mutation { updateManyUsers(data: [{where: {id: "%s"}, data: {password: "%s"}}]) { id } }'
    )
    ask_data(as_root(root), query % (grace.pk, PASSWORD))
    assert hashed == [False]
    grace.refresh_from_db()
    assert grace.check_password(PASSWORD)


def test_a_request_sets_a_bounded_number_of_passwords(
    root: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "MOST", 2)
    answer = post_many(root, 3)
    assert_problem(answer, 400)
    assert find_pointers(answer) == ["#/2/password"]
    assert not User.objects.exclude(pk=root.pk).exists()
