"""Which rows a many-to-many link may lead to: by the model, and by permissions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Q
from rest_framework.test import APIClient

from entity_api import EntityPermission
from entity_api.description.registry import VIEWSETS
from entity_api.links import is_link_public
from tests.crew.served import add, find, link, list_ids, permit
from tests.graph import ask_error
from tests.overriding import Override
from tests.policies import call_as
from tests.rest import assert_problem, find_pointers

Write = Callable[[str], Path]
pytestmark = pytest.mark.django_db


@pytest.fixture
def guides(root: APIClient) -> dict[str, str]:
    """Ada has two long visas, so she may be a guide. Eve may not."""
    ada, eve = (add(root, "people", name=name) for name in ("Ada", "Eve"))
    for _ in range(2):
        add(root, "visas", holder={"id": ada}, days=30)
    return {"Ada": ada, "Eve": eve}


def test_a_limit_holds_from_both_sides(root: APIClient, guides: dict[str, str]) -> None:
    trip = add(root, "trips", name="North", guides={"connect": link(guides["Ada"])})
    both = link(guides["Ada"], guides["Eve"])
    assert find_pointers(root.post(f"/api/trips/{trip}/guides", both)) == ["#/1/id"]
    assert find_pointers(root.patch(f"/api/trips/{trip}/guides", both)) == ["#/1/id"]
    guided = f"/api/people/{guides['Eve']}"
    assert find_pointers(root.post(f"{guided}/guided", link(trip))) == ["#/0/id"]
    answer = root.patch(guided, {"guided": {"connect": link(trip)}})
    assert find_pointers(answer) == ["#/guided/connect/0/id"]
    create = "mutation ($data: TripCreateInput!) { createTrip(data: $data) { id } }"
    error = ask_error(root, create, data={"name": "x", "guides": {"connect": both}})
    assert error["extensions"]["errors"][0]["pointer"] == "#/guides/connect/1/id"
    assert list_ids(root, f"trips/{trip}/guides") == [guides["Ada"]]
    assert find("Trip").objects.count() == 1


def test_a_link_outside_of_the_limit_is_taken_away(root: APIClient, guides: dict[str, str]) -> None:
    trip = add(root, "trips", name="North", guides={"connect": link(guides["Ada"])})
    find("Visa").objects.all().delete()
    assert list_ids(root, f"trips/{trip}/guides") == [guides["Ada"]]
    answer = root.delete(f"/api/trips/{trip}/guides", link(guides["Ada"]))
    assert (answer.status_code, list_ids(root, f"trips/{trip}/guides")) == (200, [])


class OfTheNorth(EntityPermission):
    """Lets callers change the tags that the trip to the north has."""

    def visible_rows(self, request: Any, view: Any, action: str) -> Q | None:
        return Q(trips__name="North") if action in ("partial_update", "destroy") else None


class Nameless(OfTheNorth):
    """Lets callers change tags without a name."""

    def visible_rows(self, request: Any, view: Any, action: str) -> Q | None:
        return Q(name="") if action in ("partial_update", "destroy") else None


@pytest.mark.parametrize(("permission", "status"), [(OfTheNorth, 400), (Nameless, 201)])
def test_a_link_that_a_permission_asks_for_takes_update_of_its_row(
    root: APIClient, override: Override, permission: type[EntityPermission], status: int
) -> None:
    trip, tag = add(root, "trips", name="North"), add(root, "tags", name="x")
    override(VIEWSETS[find("Tag")], permission_classes=(permission,))
    assert_problem(root.delete(f"/api/tags/{tag}"), 404)
    assert root.post(f"/api/trips/{trip}/tags", link(tag)).status_code == status
    assert_problem(root.delete(f"/api/tags/{tag}"), 404)


@pytest.mark.parametrize(
    ("link_name", "trip", "other", "expected"),
    [
        ("tags", 'update = "public"', 'view = "public"', True),
        ("tags", 'update = "public"', 'view = "all"', False),
        ("tags", 'update = "all"', 'view = "public"', False),
        ("noteSet", 'update = "public"', 'view = "public"', False),
        ("noteSet", 'update = "public"', 'view = "public"\nupdate = "public"', True),
    ],
)
def test_a_route_is_public_where_all_that_it_takes_is(
    root: APIClient, policy: Write, link_name: str, trip: str, other: str, *, expected: bool
) -> None:
    permit(policy, Trip=trip, Tag=other, Note=other)
    view = VIEWSETS[find("Trip")](action="connect_links")
    assert is_link_public(view, link_name) is expected
    key = find("Trip").objects.create(name="x").pk
    answer = call_as().post(f"/api/trips/{key}/{link_name}", [])
    assert answer.status_code == (201 if expected else 401)
