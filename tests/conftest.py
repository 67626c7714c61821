"""Who calls: fixtures for all tests."""

from base64 import b64encode
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from rest_framework.test import APIClient


def make_basic_header(username: str, password: str) -> str:
    return "Basic " + b64encode(f"{username}:{password}".encode()).decode()


def add_user(username: str, password: str | None, role: str, **flags: Any) -> Any:
    user = get_user_model().objects.create_user(username, password=password, **flags)
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


@pytest.fixture
def admin(db: None) -> Any:
    return add_user("admin", "admin", "admin", is_staff=True, is_superuser=True)


@pytest.fixture
def user(db: None) -> Any:
    return add_user("ada", "ada", "user")


@pytest.fixture
def api() -> APIClient:
    return APIClient()


@pytest.fixture
def as_admin(admin: Any) -> APIClient:
    return APIClient(headers={"Authorization": make_basic_header("admin", "admin")})


@pytest.fixture
def as_user(user: Any) -> APIClient:
    return APIClient(headers={"Authorization": make_basic_header("ada", "ada")})


@pytest.fixture
def rest(db: None) -> APIClient:
    """A client that acts as an admin and costs no password hash, for what is not about authentication."""
    client = APIClient()
    client.force_authenticate(add_user("root", None, "admin"))
    return client
