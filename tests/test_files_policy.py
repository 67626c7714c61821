"""A file is read by who may view its row and its field, and written by who may update both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from auth_core.permissions import PolicyPermission
from entity_api.description.registry import VIEWSETS
from tests.conftest import add_user
from tests.graph import ask
from tests.lab_files import Paper
from tests.overriding import Override
from tests.rest import assert_problem
from tests.test_files import fetch, list_stored, send

RULES = """
roles = ["admin", "user"]
[Paper]
view = "all"
search = "all"
create = ["admin"]
update = ["admin", "user"]
delete = ["admin"]
fields.view.scan = ["admin"]
fields.update.photo = ["admin"]
"""
PUBLIC = RULES.replace('view = "all"', 'view = "public"', 1)


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def address(committed: None, lab: APIClient, media: Path) -> str:
    row = lab.post("/api/papers", {"title": "a"}).json()
    send(lab, f"/api/papers/{row['id']}/scan")
    send(lab, f"/api/papers/{row['id']}/contract")
    return f"/api/papers/{row['id']}"


@pytest.fixture
def closed(address: str, override: Override, policy: Any) -> str:
    policy(RULES)
    override(VIEWSETS[Paper], permission_classes=[PolicyPermission])
    return address


def call_as(role: str) -> APIClient:
    client = APIClient()
    client.force_authenticate(add_user(role, None, role))
    return client


def test_a_withheld_file_is_not_read(closed: str) -> None:
    user, admin = call_as("user"), call_as("admin")
    assert "scan" not in user.get(closed).json()
    assert_problem(user.get(f"{closed}/scan"), 403)
    assert fetch(admin, f"{closed}/scan")[0].status_code == 200
    assert fetch(user, f"{closed}/contract")[0].status_code == 200
    shown = ask(user, "{ papers { scan { url } } }")["data"]["papers"]
    assert shown == [{"scan": None}]


def test_a_withheld_file_is_not_found_by_a_condition(closed: str) -> None:
    assert_problem(call_as("user").get("/api/papers?where[scan][isNull]=false"), 400)


def test_a_file_is_written_by_who_may_update_its_field(closed: str, media: Path) -> None:
    user = call_as("user")
    before = list_stored(media)
    assert_problem(send(user, f"{closed}/photo"), 403)
    assert_problem(user.delete(f"{closed}/photo"), 403)
    assert list_stored(media) == before
    assert send(user, f"{closed}/contract").status_code == 200


def test_a_caller_without_update_writes_no_file(closed: str, policy: Any, media: Path) -> None:
    policy(RULES.replace('update = ["admin", "user"]', 'update = ["admin"]'))
    before = list_stored(media)
    user = call_as("user")
    assert_problem(send(user, f"{closed}/contract"), 403)
    assert_problem(user.delete(f"{closed}/scan"), 403)
    assert_problem(send(APIClient(), f"{closed}/contract"), 401)
    assert_problem(APIClient().get(f"{closed}/contract"), 401)
    assert list_stored(media) == before


def test_a_public_row_has_public_files(closed: str, policy: Any) -> None:
    policy(PUBLIC)
    stale = {"Authorization": "Bearer stale"}
    assert fetch(APIClient(headers=stale), f"{closed}/contract")[0].status_code == 200
    assert_problem(APIClient().get(f"{closed}/scan"), 401)


def test_a_row_out_of_reach_has_no_files(
    address: str, override: Override, media: Path, lab: APIClient
) -> None:
    before = list_stored(media)
    override(VIEWSETS[Paper], get_queryset=lambda self: Paper.objects.none())
    assert_problem(lab.get(f"{address}/contract"), 404)
    assert_problem(send(lab, f"{address}/contract"), 404)
    assert_problem(lab.delete(f"{address}/scan"), 404)
    assert list_stored(media) == before
