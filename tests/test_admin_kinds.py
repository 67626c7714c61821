"""Each kind of field in the admin: its form, its list, its filters, and what is only shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django import forms
from django.apps import apps
from django.test import Client

from tests.admin_pages import address_of, read_form
from tests.conftest import add_user
from tests.installed import install, served_anew
from tests.policies import ALL, write_policy

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("archive", "permitted")]
ID = "01a2209b-0096-7393-877b-6aa88f691b51"
# What a browser sends, and the value that is stored.
SENT: dict[str, tuple[Any, Any]] = {
    "title": ("a", "a"),
    "link": ("a.example/", "https://a.example/"),
    "ip": ("192.0.2.1", "192.0.2.1"),
    "uuid": (ID, UUID(ID)),
    "big": (str(2**61), 2**61),
    "ratio": ("0.5", 0.5),
    "price": ("12345678901.125", Decimal("12345678901.125")),
    "flag": ("on", True),
    "day": ("2026-01-31", date(2026, 1, 31)),
    "hour": ("08:30:00", time(8, 30)),
    "length": ("1 12:00:00", timedelta(days=1, hours=12)),
    "data": ('{"a": [1, null]}', {"a": [1, None]}),
    "status": ("in-progress", "in-progress"),
    "level": ("2", 2),
    "colors": (["red", "light blue"], ["red", "light blue"]),
    "levels": (["1", "2"], [1, 2]),
}
WRONG: dict[str, Any] = {
    "link": "a b",
    "ip": "300.0.0.1",
    "uuid": "a",
    "big": str(2**63),
    "ratio": "a",
    "price": "1.0001",
    "day": "2026-02-30",
    "hour": "25:00",
    "length": "a",
    "data": "{a",
    "status": "gone",
    "level": "3",
    "colors": ["pink"],
    "levels": ["one"],
}


@pytest.fixture(scope="module")
def archive(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with install(django_db_blocker, "tests.archive.urls", "tests.archive"), served_anew():
        yield


@pytest.fixture
def permitted(policy: Any) -> None:
    policy(write_policy(ALL) + f"[Record]\n{ALL}\n[Page]\n{ALL}\n")


@pytest.fixture
def record() -> Any:
    find: Any = apps.get_model
    return find("archive", "Record")


@pytest.fixture
def staff() -> Client:
    from django.contrib.auth.models import Permission

    user = add_user("eve", None, "user", is_staff=True)
    user.user_permissions.set(Permission.objects.all())
    client = Client()
    client.force_login(user)
    return client


def post(client: Client, row: Any, **values: Any) -> Any:
    address = address_of(type(row), "change", row.pk)
    form = read_form(client.get(address))
    sent = {name: value for name, value in form.items() if not hasattr(value, "field")}
    inline = {"pages-TOTAL_FORMS": "0", "pages-INITIAL_FORMS": "0"}
    return client.post(address, {**sent, **inline, **values})


@pytest.mark.parametrize("name", SENT)
def test_a_form_changes_it_and_shows_it(staff: Client, record: Any, name: str) -> None:
    row = record.objects.create()
    sent, stored = SENT[name]
    answer = post(staff, row, **{name: sent})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert getattr(record.objects.get(), name) == stored
    # The form that shows the value changes nothing when it is sent back.
    before = record.objects.values().get()
    assert post(staff, row).status_code == 302
    assert record.objects.values().get() == before


@pytest.mark.parametrize("name", WRONG)
def test_a_form_refuses_another_value(staff: Client, record: Any, name: str) -> None:
    row = record.objects.create()
    before = record.objects.values().get()
    answer = post(staff, row, **{name: WRONG[name]})
    assert list(answer.context["adminform"].form.errors) == [name]
    assert record.objects.values().get() == before


def test_a_moment_has_two_inputs(staff: Client, record: Any) -> None:
    row = record.objects.create()
    moment = {"seen_at_0": "2026-01-31", "seen_at_1": "12:00:00"}
    assert post(staff, row, **moment).status_code == 302
    assert record.objects.get().seen_at == datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_a_new_row_begins_with_the_defaults(staff: Client, record: Any) -> None:
    form = staff.get(address_of(record, "add")).context["adminform"].form
    assert (form["status"].value(), form["colors"].value()) == ("draft", [])
    assert isinstance(form.fields["colors"], forms.TypedMultipleChoiceField)
    assert [value for value, _ in form.fields["levels"].choices] == [1, 2]
    inline = {"pages-TOTAL_FORMS": "0", "pages-INITIAL_FORMS": "0"}
    made = staff.post(address_of(record, "add"), {"status": "2nd", "levels": ["2"], **inline})
    assert made.status_code == 302
    row = record.objects.get()
    assert (row.status, row.colors, row.levels, row.flag) == ("2nd", [], [2], False)


def test_chosen_values_are_selected_and_can_be_emptied(staff: Client, record: Any) -> None:
    row = record.objects.create(colors=["light blue"], levels=[2])
    page = staff.get(address_of(record, "change", row.pk)).text
    assert '<option value="light blue" selected>' in page
    assert '<option value="2" selected>' in page.partition('name="levels"')[2]
    assert post(staff, row, colors=[], levels=[]).status_code == 302
    row.refresh_from_db()
    assert (row.colors, row.levels) == ([], [])


def test_a_generated_column_is_only_shown(staff: Client, record: Any) -> None:
    row = record.objects.create(big=4)
    form = staff.get(address_of(record, "change", row.pk)).context["adminform"].form
    assert "doubled" not in form.fields
    # The API does not show it, so it is for superusers alone.
    assert "field-doubled" not in staff.get(address_of(record, "changelist")).text
    root = Client()
    root.force_login(add_user("root", None, "admin", is_staff=True, is_superuser=True))
    assert '<td class="field-doubled">8</td>' in root.get(address_of(record, "changelist")).text


def test_a_list_shows_and_filters_option_sets(staff: Client, record: Any) -> None:
    record.objects.create(title="two")
    record.objects.create(title="one", status="2nd", flag=True, colors=["red"])
    page = staff.get(address_of(record, "changelist"))
    assert '<td class="field-status">Second</td>' in page.text
    assert "red" in page.text.partition('<td class="field-colors">')[2].partition("</td>")[0]
    for query in ({"status__exact": "2nd"}, {"flag__exact": "1"}):
        found = staff.get(address_of(record, "changelist"), query)
        assert [row.title for row in found.context["cl"].result_list] == ["one"]
