"""What a deletion does to the rows that link to the deleted one."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from tests.crew.served import add, find, link, show
from tests.graph import ask_error
from tests.rest import assert_problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def countries(root: APIClient) -> dict[str, str]:
    return {code: add(root, "countries", code=code) for code in ("NL", "BE")}


def test_a_row_that_others_need_says_which(root: APIClient, countries: dict[str, str]) -> None:
    holder = {"id": add(root, "people", name="Ada")}
    for link_name, key in (("country", countries["NL"]), ("issuer", countries["BE"])):
        add(root, "visas", holder=holder, **{link_name: {"id": key}})
        problem = assert_problem(root.delete(f"/api/countries/{key}"), 409)
        assert problem["detail"] == "Country is still needed by: visas."
        error = ask_error(root, f'mutation {{ deleteCountry(where: {{id: "{key}"}}) {{ id }} }}')
        assert error["extensions"]["code"] == "CONFLICT"
        assert_problem(root.delete("/api/countries/bulk", link(key)), 409)
    assert find("Country").objects.count() == 2


def test_a_deletion_takes_along_or_frees_the_rows_that_link_to_it(root: APIClient) -> None:
    ada = add(root, "people", name="Ada")
    eve = add(root, "people", name="Eve", boss={"id": ada}, mentor={"id": ada})
    passport = add(root, "passports", number="1", holder={"id": ada})
    add(root, "visas", holder={"id": ada})
    note = add(root, "notes", text="x", editor={"id": ada})
    freed = {"Passport": passport, "Note": note, "Person": eve}
    before: Any = {name: find(name).objects.get(pk=key).updated_at for name, key in freed.items()}
    assert root.delete(f"/api/people/{ada}").status_code == 200
    shown = show(root, f"people/{eve}")
    assert (shown["boss"], shown["mentor"]) == (None, None)
    for name, key in freed.items():
        assert find(name).objects.get(pk=key).updated_at > before[name]
    assert show(root, f"notes/{note}")["editor"] is None
    assert show(root, f"passports/{passport}")["holder"] is None
    assert show(root, "visas") == []


@pytest.mark.django_db(transaction=True)
def test_a_link_that_a_deletion_does_not_look_after_refuses_it(root: APIClient) -> None:
    """The database refuses it at the end of the transaction, with `DO_NOTHING`."""
    ada = add(root, "people", name="Ada")
    add(root, "notes", text="x", author={"id": ada})
    problem = assert_problem(root.delete(f"/api/people/{ada}"), 409)
    if connection.vendor == "postgresql":  # which names the table of the link
        assert problem["detail"] == "Person is still needed by: notes."
    assert show(root, f"people/{ada}")["name"] == "Ada"


@pytest.mark.django_db(transaction=True)
def test_a_value_that_links_hold_is_not_changed(root: APIClient, countries: dict[str, str]) -> None:
    holder, country = add(root, "people", name="Ada"), {"id": countries["NL"]}
    visa = add(root, "visas", holder={"id": holder}, country=country)
    address = f"/api/countries/{countries['NL']}"
    assert_problem(root.patch(address, {"code": "LN"}), 409)
    assert_problem(root.patch("/api/countries/bulk", [{**country, "code": "LN"}]), 409)
    assert show(root, address[5:])["code"] == "NL"
    assert show(root, f"visas/{visa}")["country"] == country
    assert root.patch(f"/api/countries/{countries['BE']}", {"code": "EB"}).status_code == 200
