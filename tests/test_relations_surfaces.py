"""Every kind of link in the admin, in OpenAPI, in GraphQL's schema and in `manage.py entities`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.core.management import call_command
from django.test import Client
from drf_spectacular.validation import validate_schema as validate_openapi
from graphql import build_schema, print_schema
from graphql.type import validate_schema
from rest_framework.test import APIClient

from api_http.graphql import execution
from tests.admin_pages import address_of, read_form
from tests.crew.served import OWN, add, find, permit
from tests.policies import READ, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(root: APIClient) -> Client:
    client = Client()
    client.force_login(make_user("sue", "user", is_staff=True))
    return client


@pytest.fixture
def visa(root: APIClient) -> Any:
    for code in ("NL", "BE"):
        add(root, "countries", code=code)
    add(root, "countries", code="XX", isOpen=False)
    holder = {"id": add(root, "people", name="Ada")}
    country = {"id": str(find("Country").objects.get(code="NL").pk)}
    return find("Visa").objects.get(pk=add(root, "visas", holder=holder, country=country))


def test_the_domain_is_sound(root: APIClient) -> None:
    # Django finds the addresses of the admin twice: those of the domain, and of all tests.
    assert [fault for fault in run_checks() if fault.id != "urls.W005"] == []


def test_every_page_of_the_admin_opens(staff: Client, visa: Any) -> None:
    trip = find("Trip").objects.create(name="North")
    trip.stops.add(*find("Country").objects.all())
    for model in apps.get_app_config("crew").get_models():
        if model is find("Stop"):  # it is no entity
            continue
        row = model._default_manager.first()
        pages = [address_of(model, "changelist"), address_of(model, "add")]
        pages += [address_of(model, "change", row.pk)] if row else []
        for page in pages:
            assert staff.get(page).status_code == 200, page


def test_the_admin_links_by_another_column(staff: Client, visa: Any) -> None:
    address = address_of(find("Visa"), "change", visa.pk)
    form = staff.get(address).context["adminform"].form
    form_data = read_form(staff.get(address))
    assert {row.code for row in form.fields["country"].queryset} >= {"NL", "BE"}
    assert staff.post(address, form_data | {"country": "BE"}).status_code == 302
    visa.refresh_from_db()
    assert visa.country.code == "BE"
    closed = staff.post(address, read_form(staff.get(address)) | {"country": "XX"})
    assert (closed.status_code, visa.country_id) == (200, "BE")


def test_the_admin_hides_a_row_that_another_column_leads_to(
    staff: Client, visa: Any, policy: Callable[[str], Path]
) -> None:
    permit(policy, Country="")
    for page in (
        address_of(find("Visa"), "changelist"),
        address_of(find("Visa"), "change", visa.pk),
    ):
        answer = staff.get(page)
        assert (answer.status_code, "Country object" in answer.text) == (200, False)
    permit(policy, Country=READ)
    assert "Country object" in staff.get(address_of(find("Visa"), "changelist")).text


def test_the_admin_shows_teams_to_their_members(
    staff: Client, policy: Callable[[str], Path]
) -> None:
    permit(policy, Team=OWN, Plan=OWN)
    assert staff.post(address_of(find("Team"), "add"), {"name": "mine"}).status_code == 302
    find("Team").objects.create(name="theirs")
    assert list(staff.get(address_of(find("Team"), "changelist")).context["cl"].result_list) == [
        find("Team").objects.get(name="mine")
    ]


@pytest.mark.exhaustive
def test_the_document_of_openapi_is_valid(root: APIClient) -> None:
    document = root.get("/api/schema").json()
    validate_openapi(document)  # type: ignore[no-untyped-call]
    schemas = document["components"]["schemas"]
    for name in ("Trip", "TripRequest", "PatchedTripRequest"):
        assert "crew" not in schemas[name]["properties"]
    assert "stops" in schemas["TripRequest"]["properties"]
    assert list(document["paths"]["/api/trips/{id}/crew"]) == ["get"]
    assert "passport" in schemas["PersonRequest"]["properties"]


def test_the_schema_of_graphql_is_valid(root: APIClient) -> None:
    load: Any = execution
    schema = load.load_schema()
    assert validate_schema(schema) == []
    assert build_schema(print_schema(schema))


def test_the_command_shows_each_link(root: APIClient, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("entities", "Trip", "Person")
    words = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    for line in (
        "GET /api/trips/:id/crew",
        "GET, POST, PATCH, DELETE /api/trips/:id/stops",
        "crew Person[] back as trips, read-only",
        "stops Country[] back as trips",
        "passport Passport back as holder",
        "mentor Person back as pupil",
        "friends Person[] back as friends",
        "follows Person[] back as followers",
    ):
        assert line in words, line
