"""The admin keeps a row usable whose key is a link to a row that the user may not see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from tests.admin_pages import read_form
from tests.installed import install, served_anew
from tests.policies import ALL, make_user, write_policy

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keyed")]


def find(name: str) -> Any:
    return apps.get_model("keyed", name)


@pytest.fixture(scope="module")
def keyed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with install(django_db_blocker, "tests.keyed.urls", "tests.keyed"), served_anew():
        yield


@pytest.fixture
def mayor(db: None) -> Any:
    city = find("City").objects.create(name="Hiddenville")
    return find("Mayor").objects.create(city=city, name="Eve")


@pytest.fixture
def staff(policy: Callable[[str], Any], mayor: Any) -> Client:
    hidden = f'[City]\nview = ["admin"]\n\n[Mayor]\n{ALL}\n'
    policy(write_policy(ALL) + hidden)
    client = Client()
    client.force_login(make_user("ada", "user", is_staff=True))
    return client


def test_its_pages_do_not_show_the_linked_row(staff: Client, mayor: Any) -> None:
    for page in ("", f"{mayor.pk}/change/", f"{mayor.pk}/delete/"):
        answer = staff.get(f"/admin/keyed/mayor/{page}")
        assert answer.status_code == 200
        assert "Hiddenville" not in answer.text


def test_it_is_changed_and_keeps_its_key(staff: Client, mayor: Any) -> None:
    page = f"/admin/keyed/mayor/{mayor.pk}/change/"
    answer = staff.post(page, read_form(staff.get(page)) | {"name": "Eva"})
    assert answer.status_code == 302, answer.context["errors"]
    mayor.refresh_from_db()
    assert (mayor.name, mayor.city.name) == ("Eva", "Hiddenville")


def test_it_is_deleted_by_its_page_and_by_an_action(staff: Client, mayor: Any) -> None:
    chosen = {"action": "delete_selected", "_selected_action": str(mayor.pk)}
    assert staff.post("/admin/keyed/mayor/", chosen).status_code == 200
    staff.post(f"/admin/keyed/mayor/{mayor.pk}/delete/", {"post": "yes"})
    assert not type(mayor).objects.exists()
    assert find("City").objects.exists()
