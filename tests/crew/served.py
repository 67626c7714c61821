"""The requests that the tests of relations share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import apps
from rest_framework.test import APIClient

from tests.policies import ALL, write_policy

NAMES = (
    *("Country", "Person", "Passport", "Visa", "Tag", "Trip", "Berth", "Note"),
    *("Team", "Plan", "Badge", "Locker", "Stamp"),
)
OWN = "\n".join(
    f'{action} = ["admin", "own"]' for action in ("view", "search", "create", "update", "delete")
)
Links = list[dict[str, str]]


def permit(policy: Callable[[str], Any], **sections: str) -> None:
    """Write a policy with these sections. Everything else is allowed to all callers."""
    parts = [f"[{name}]\n{sections.get(name, ALL)}\n" for name in NAMES]
    policy(write_policy(ALL) + "\n".join(parts))


def find(name: str) -> Any:
    return apps.get_model("crew", name)


def add(client: APIClient, plural: str, **values: Any) -> str:
    made = client.post(f"/api/{plural}", values, format="json")
    assert made.status_code == 201, made.content
    return str(made.json()["id"])


def show(client: APIClient, address: str) -> Any:
    answer = client.get(f"/api/{address}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def link(*ids: str) -> Links:
    return [{"id": each} for each in ids]


def list_ids(client: APIClient, address: str) -> list[str]:
    return [row["id"] for row in show(client, address)]
