"""The number of files that a warm request passes, for a reader of the code has to follow it."""

import sys
from collections.abc import Callable
from types import FrameType

import pytest
from rest_framework.test import APIClient

from tests.processes import ROOT
from tests.shop.models import Customer, Order
from tools.imports import PACKAGES

pytestmark = pytest.mark.django_db
NESTED = {"query": "{ customers { firstName orders { quantity } } }"}


@pytest.fixture
def bearer(admin: object, api: APIClient) -> APIClient:
    for number in range(20):
        Order.objects.create(customer=Customer.objects.create(first_name="Ada"), quantity=number)
    login = api.post("/api/login", {"username": "admin", "password": "admin"}).json()
    return APIClient(headers={"Authorization": f"Bearer {login['accessToken']}"})


def list_files(ask: Callable[[], object]) -> list[str]:
    """Return the files that a request passes when it is asked for the third time."""
    ask(), ask()
    found: dict[str, None] = {}

    def note(frame: FrameType, event: str, _: object) -> None:
        found.setdefault(frame.f_code.co_filename) if event == "call" else None

    sys.setprofile(note)
    try:
        ask()
    finally:
        sys.setprofile(None)
    names = [name.removeprefix(f"{ROOT}/") for name in found if name.startswith(f"{ROOT}/")]
    # PostgreSQL has a backend of ours in runtime/, and SQLite has none.
    return [name for name in names if name.partition("/")[0] in {*PACKAGES} - {"runtime"}]


def read_walk(title: str) -> list[str]:
    """Return the files that docs/architecture.md lists. After a change, put the new list there."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    return page.partition(title)[2].partition("```files\n")[2].partition("```")[0].split()


def test_a_list(bearer: APIClient) -> None:
    files = list_files(lambda: bearer.get("/api/customers?where[firstName][contains]=a"))
    assert len(files) <= 17, files
    assert len([name for name in files if name.startswith("entity_api/")]) <= 4
    assert files == read_walk("## One list over REST"), "\n".join(files)


def test_a_nested_list_of_graphql(bearer: APIClient) -> None:
    files = list_files(lambda: bearer.post("/graphql", NESTED))
    assert len(files) <= 24, files
    assert len([name for name in files if name.startswith("entity_api/")]) <= 8
    assert files == read_walk("## One nested query over GraphQL"), "\n".join(files)
