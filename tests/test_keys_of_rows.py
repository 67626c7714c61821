"""Keys that are no UUIDs of the service: rows are the same on REST and GraphQL."""

from __future__ import annotations

from typing import Any

import pytest

from tests.graph import ask_data, ask_error
from tests.keyed import rows
from tests.keyed.rows import CREATED, find

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keyed", "permitted")]
client, keyed, permitted = rows.client, rows.keyed, rows.permitted
HOSTILE = (
    "1e3",
    " 1",
    "٣",
    str(2**70),
    "-" + str(2**63),
    "%00",
    "..x",
    "x" * 2_000,
    "01",
    "+1",
    "a%2Fb",
)


@pytest.mark.parametrize("plural", CREATED)
def test_a_row_is_created_read_changed_listed_and_deleted(client: Any, plural: str) -> None:
    body, key = CREATED[plural]
    made = client.post(f"/api/{plural}", body, format="json")
    assert made.status_code == 201, made.json()
    row = made.json()
    assert isinstance(row["id"], str)
    assert key in (None, row["id"])
    address = f"/api/{plural}/{row['id']}"
    assert made["Location"] == f"{plural}/{row['id']}"
    found = client.get(address)
    assert found.json() == row
    assert found["ETag"] == made["ETag"]
    assert client.get(f"/api/{plural}?where[id]={row['id']}").json() == [row]
    assert client.get(f"/api/{plural}?where[id][in]={row['id']}&orderBy[id]=desc").json() == [row]
    name, value = list(body.items())[-1]
    changed = client.patch(address, {name: value}, format="json", HTTP_IF_MATCH=made["ETag"])
    assert changed.status_code == 200, changed.json()
    assert client.delete(address).json()["id"] == row["id"]
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("plural", CREATED)
@pytest.mark.parametrize("key", HOSTILE)
def test_an_id_that_no_row_has_is_unknown(client: Any, plural: str, key: str) -> None:
    for send in (client.get, client.delete):
        assert send(f"/api/{plural}/{key}").status_code == 404
    assert client.patch(f"/api/{plural}/{key}", {}, format="json").status_code == 404
    if key not in ("%00",):
        assert client.get(f"/api/{plural}?where[id]={key.replace('+', '%2B')}").json() == []


@pytest.mark.parametrize("plural", CREATED)
def test_an_id_never_changes(client: Any, plural: str) -> None:
    row = client.post(f"/api/{plural}", CREATED[plural][0], format="json").json()
    refused = client.patch(f"/api/{plural}/{row['id']}", {"id": row["id"]}, format="json")
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == "#/id"


def test_graphql_has_the_same_rows(client: Any) -> None:
    document = """mutation { createCountry(data: {id: "fr", name: "France"}) { id name } }"""
    assert ask_data(client, document)["createCountry"] == {"id": "fr", "name": "France"}
    document = """mutation { createCity(data: {name: "Lyon", country: {id: "fr"}}) {
        id country { id name } } }"""
    city = ask_data(client, document)["createCity"]
    assert city["country"] == {"id": "fr", "name": "France"}
    document = """query ($id: String!) {
        city(where: {id: $id}) { id name country { id cities { id name } } }
        cities(where: {id: {equals: $id}, country: {id: "fr"}}, orderBy: {countryId: Asc}) { id }
        none: cities(where: {id: {equals: "1e3"}}) { id }
        parts: countries(where: {id: {startsWith: "f"}}) { id }
        ids: cities(where: {id: {contains: $id}}) { id } }"""
    found = ask_data(client, document, id=city["id"])
    key = {"id": city["id"]}
    assert found["city"]["country"]["cities"] == [{**key, "name": "Lyon"}]
    assert found["cities"] == [key] == found["ids"]
    assert found["none"] == []
    assert found["parts"] == [{"id": "fr"}]


def test_graphql_does_not_change_an_id(client: Any) -> None:
    find("Country").objects.create(code="fr")
    document = 'mutation { updateCountry(where: {id: "fr"}, data: {id: "xx"}) { id } }'
    assert "CountryUpdateInput" in ask_error(client, document)["message"]
    document = 'mutation { updateCountry(where: {id: "1/2"}, data: {name: "x"}) { id } }'
    assert ask_error(client, document)["extensions"]["code"] == "NOT_FOUND"


def test_many_rows_are_written_at_once(client: Any) -> None:
    for plural, (body, _) in CREATED.items():
        made = client.post(f"/api/{plural}/bulk", [body], format="json")
        assert made.status_code == 201, made.json()
        key = {"id": made.json()[0]["id"]}
        name, value = list(body.items())[-1]
        changed = client.patch(f"/api/{plural}/bulk", [{**key, name: value}], format="json")
        assert changed.status_code == 200, changed.json()
        unknown = client.patch(f"/api/{plural}/bulk", [{"id": "1e3"}], format="json")
        assert unknown.status_code == 404
        assert client.delete(f"/api/{plural}/bulk", [key], format="json").status_code == 200


def test_a_change_has_its_time_where_the_model_has_one(client: Any) -> None:
    row = client.post("/api/visits", {"note": "a"}, format="json").json()
    before = find("Visit").objects.get().changed
    client.patch(f"/api/visits/{row['id']}", {"note": "b"}, format="json")
    assert find("Visit").objects.get().changed > before


def test_an_etag_without_a_time_of_change_is_that_of_the_row(client: Any) -> None:
    address = f"/api/papers/{find('Paper').objects.create(title='a').pk}"
    tag = client.get(address)["ETag"]
    assert client.get(address, HTTP_IF_NONE_MATCH=tag).status_code == 304
    find("Paper").objects.update(title="b")
    refused = client.patch(address, {"title": "c"}, format="json", HTTP_IF_MATCH=tag)
    assert refused.status_code == 412
    assert find("Paper").objects.get().title == "b"
