"""Keys that a client gives to a new row: which may be given, and where the row is then."""

from __future__ import annotations

from typing import Any

import pytest

from tests.graph import ask_data, ask_error
from tests.keyed import rows
from tests.keyed.rows import CREATED, find

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keyed", "permitted")]
client, keyed, permitted = rows.client, rows.keyed, rows.permitted


@pytest.mark.parametrize("key", ["a/b", "..", "bulk", "", 5, None, "a\0", "x" * 41])
def test_a_text_key_has_an_address(client: Any, key: Any) -> None:
    refused = client.post("/api/countries", {"id": key}, format="json")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "#/id")
    assert client.post("/api/countries", {"name": "x"}, format="json").status_code == 400
    assert not find("Country").objects.exists()


@pytest.mark.parametrize("key", ["1e3", 5, "", "٣", str(2**31), None, True, "05"])
def test_a_number_is_given_as_a_text(client: Any, key: Any) -> None:
    refused = client.post("/api/labels", {"id": key}, format="json")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "#/id")


@pytest.mark.parametrize("key", ["ä ö", "a?b#c", "50%", "a+b", "x;y", "'; --", "a\\b"])
def test_the_location_leads_to_a_text_key(client: Any, key: str) -> None:
    made = client.post("/api/countries", {"id": key}, format="json")
    assert made.status_code == 201
    assert client.get(f"/api/{made['Location']}").json()["id"] == key


def test_a_given_id_that_is_taken_is_a_conflict(client: Any) -> None:
    for plural in ("countries", "labels"):
        body = CREATED[plural][0]
        client.post(f"/api/{plural}", body, format="json")
        refused = client.post(f"/api/{plural}", body, format="json")
        assert refused.status_code == 409
        assert refused.json()["errors"][0]["pointer"] == "#/id"
        many = client.post(f"/api/{plural}/bulk", [body], format="json")
        assert (many.status_code, many.json()["errors"][0]["pointer"]) == (409, "#/0/id")


def test_an_id_that_the_database_makes_is_not_given(client: Any) -> None:
    refused = client.post("/api/cities", {"id": "5", "name": "x"}, format="json")
    assert refused.json()["errors"][0]["code"] == "read_only"


def test_the_openapi_document_says_who_gives_the_id(client: Any) -> None:
    schemas = client.get("/api/schema").json()["components"]["schemas"]
    assert schemas["CountryRequest"]["required"] == ["id"]
    assert "id" not in schemas["PatchedCountryRequest"]["properties"]
    assert schemas["CountryBulkChange"]["required"] == ["id"]
    assert list(schemas["WordBulkChange"]["properties"]) == ["id"]
    assert schemas["City"]["properties"]["id"]["type"] == "string"
    assert schemas["City"]["properties"]["id"]["readOnly"] is True


def test_a_row_of_nothing_but_its_key_is_created_and_not_changed(client: Any) -> None:
    document = 'mutation { createWord(data: {id: "a"}) { id } }'
    assert ask_data(client, document)["createWord"] == {"id": "a"}
    document = 'mutation { createManyWords(data: [{id: "b"}, {id: "c"}]) { id } }'
    assert ask_data(client, document)["createManyWords"] == [{"id": "b"}, {"id": "c"}]
    for verb in ("updateWord", "updateManyWords"):
        refused = ask_error(client, f"mutation {{ {verb} {{ id }} }}")
        assert "Cannot query field" in refused["message"]
    assert client.post("/api/words", {"id": "d"}, format="json").status_code == 201
    assert client.patch("/api/words/d", {}, format="json").json() == {"id": "d"}
    refused = client.patch("/api/words/d", {"id": "e"}, format="json")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "#/id")
    assert find("Word").objects.count() == 4
