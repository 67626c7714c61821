"""The domain of keys for its tests: fixtures that serve it, and bodies that create its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps

from tests.installed import install, served_anew
from tests.policies import ALL, call_as, make_user, write_policy

NAMES = ("City", "Country", "Label", "Mayor", "Metropolis", "Paper", "Port", "Visit", "Word")
# A body that creates a row of each entity, and the id that the row then has; `None` if it is made.
CREATED: dict[str, tuple[dict[str, Any], str | None]] = {
    "countries": ({"id": "de", "name": "Germany"}, "de"),
    "labels": ({"id": "-7", "text": "old"}, "-7"),
    "cities": ({"name": "Bonn"}, None),
    "visits": ({"note": "fine"}, None),
    "papers": ({"title": "fine"}, None),
    "ports": ({"name": "Kiel", "depth": 9}, None),
}


def find(name: str) -> Any:
    return apps.get_model("keyed", name)


@pytest.fixture(scope="module")
def keyed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with install(django_db_blocker, "tests.keyed.urls", "tests.keyed"), served_anew():
        yield


@pytest.fixture
def permitted(policy: Callable[[str], Any]) -> None:
    policy(write_policy(ALL) + "\n".join(f"[{name}]\n{ALL}\n" for name in NAMES))


@pytest.fixture
def client() -> Any:
    return call_as(make_user("ada", "user"))
