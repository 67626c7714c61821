"""Links whose names on the wire, in rows and in lookups differ, and links that are shown by code."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from entity_api import EntityRouter, EntitySerializer
from entity_api.description.registry import VIEWSETS, describe_entity
from entity_api.rest.viewset import make_viewset
from tests.crew.served import add, find, link, list_ids, show
from tests.graph import ask_data
from tests.overriding import Override

pytestmark = pytest.mark.django_db


def test_a_link_without_a_related_name_has_that_of_django(root: APIClient) -> None:
    note = add(root, "notes", text="x")
    trip = add(root, "trips", name="North", noteSet={"connect": link(note)})
    assert list_ids(root, f"trips/{trip}/noteSet") == [note]
    assert list_ids(root, "trips?where[noteSet][some][text]=x") == [trip]
    assert root.delete(f"/api/trips/{trip}/noteSet", link(note)).status_code == 200
    assert show(root, f"notes/{note}")["trip"] is None
    update = "mutation ($id: String!, $data: TripUpdateInput!) { updateTrip(where: {id: $id}, data: $data) { noteSet { text } } }"
    data = {"noteSet": {"set": link(note)}}
    assert ask_data(root, update, id=trip, data=data) == {
        "updateTrip": {"noteSet": [{"text": "x"}]}
    }


def test_a_link_may_have_another_name_in_lookups(root: APIClient) -> None:
    ada, trip = add(root, "people", name="Ada"), add(root, "trips", name="North")
    note = add(root, "notes", text="x", author={"id": ada}, coverOf={"id": trip})
    assert list_ids(root, f"people/{ada}/notes") == [note]
    assert list_ids(root, "people?where[notes][some][text]=x") == [ada]
    assert show(root, f"trips/{trip}")["cover"] == {"id": note}
    assert show(root, "trips")[0]["cover"] == {"id": note}
    assert list_ids(root, "trips?where[cover][text]=x&orderBy[cover][text]=asc") == [trip]
    assert list_ids(root, "trips?where[cover][isNull]=true") == []
    assert list_ids(root, "notes?where[coverOf][name]=North") == [note]
    document = "{ people { notes { text coverOf { name cover { text } } } } }"
    assert ask_data(root, document)["people"][0]["notes"] == [
        {"text": "x", "coverOf": {"name": "North", "cover": {"text": "x"}}}
    ]


def test_links_to_one_model_are_kept_apart(root: APIClient) -> None:
    holder = {"id": add(root, "people", name="Ada")}
    one, two = ({"id": add(root, "countries", code=code)} for code in ("NL", "BE"))
    visa = add(root, "visas", holder=holder, country=one, issuer=two)
    shown = show(root, f"visas/{visa}")
    assert (shown["country"], shown["issuer"]) == (one, two)
    assert list_ids(root, "visas?where[issuer][code]=BE&where[country][code]=NL") == [visa]
    assert list_ids(root, "visas?where[issuer][code]=NL") == []
    assert list_ids(root, f"countries/{two['id']}/visas") == []


class LoudSerializer(EntitySerializer):
    """Shows rows by code, so that they are read as instances."""

    class Meta:
        model: Any = None
        fields: Any = ()

    def to_representation(self, instance: Any) -> Any:
        return dict(super().to_representation(instance))


def loud(name: str, *fields: str) -> Any:
    meta = type("Meta", (), {"model": find(name), "fields": fields})
    return type(f"{name}Serializer", (LoudSerializer,), {"Meta": meta})


@pytest.mark.parametrize(
    ("plural", "name", "fields"),
    [
        ("people", "Person", ("name", "passport", "mentor", "pupil")),
        ("visas", "Visa", ("days", "country", "holder")),
    ],
)
def test_rows_that_code_shows_read_their_links_by_a_query_each(
    root: APIClient, override: Override, plural: str, name: str, fields: tuple[str, ...]
) -> None:
    override(VIEWSETS[find(name)], get_serializer_class=lambda _: loud(name, *fields))
    counts = []
    for count in (3, 30):
        make(root, count)
        with CaptureQueriesContext(connection) as queries:
            rows = show(root, plural)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert [row.get("passport", row.get("country")) for row in rows].count(None) == 0


def make(root: APIClient, count: int) -> None:
    country, _ = find("Country").objects.get_or_create(code="NL")
    for _ in range(count):
        person = find("Person").objects.create(name="x")
        find("Passport").objects.create(number=str(person.pk)[-20:], holder=person)
        find("Visa").objects.create(holder=person, country=country)


def test_many_written_rows_read_their_links_by_a_query_each(root: APIClient) -> None:
    country = {"id": add(root, "countries", code="NL")}
    holder = {"id": add(root, "people", name="Ada")}
    counts = []
    for count in (3, 30):
        items = [{"holder": holder, "country": country}] * count
        with CaptureQueriesContext(connection) as queries:
            made = root.post("/api/visas/bulk", items)
        assert made.json()[-1]["country"] == country
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_any_link_may_be_made_read_only(root: APIClient) -> None:
    names = ("tags", "note_set", "cover")
    members = {"model": find("Trip"), "fields": ("name", *names), "read_only_fields": names}
    meta = type("Meta", (), members)
    serializer = type("FixedSerializer", (EntitySerializer,), {"Meta": meta})
    viewset = make_viewset(find("Trip"), serializer)
    links = describe_entity(viewset).relations.values()
    assert [(link.name, link.writable) for link in links] == [
        ("tags", False),
        ("noteSet", False),
        ("cover", False),
    ]
    methods = [set(route.mapping) for route in EntityRouter().get_routes(viewset) if route.detail]
    assert methods[-2:] == [{"get"}, {"get"}]
