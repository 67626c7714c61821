"""Policies written in a test, and callers to try them with."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from rest_framework.test import APIClient

ENTITIES = ("User", "Address", "Customer", "Order", "Product")
ALL = "\n".join(f'{action} = "all"' for action in ("view", "search", "create", "update", "delete"))
READ = 'view = "all"\nsearch = "all"'


def write_policy(default: str = "", **sections: str) -> str:
    """Return a permissions.toml with these sections; of other entities it says `default`, nothing
    unless told.
    """
    parts = [f"[{entity}]\n{sections.get(entity, default)}\n" for entity in ENTITIES]
    return 'roles = ["admin", "user"]\n' + "\n".join(parts)


def make_user(username: str, *roles: str, **flags: Any) -> Any:
    user = get_user_model().objects.create(username=username, **flags)
    user.groups.set([Group.objects.get_or_create(name=role)[0] for role in roles])
    return user


def call_as(user: Any = None) -> APIClient:
    """Return a client that calls as the user without a provider's work, as nobody if there is none."""
    client = APIClient()
    client.force_authenticate(user)
    return client
