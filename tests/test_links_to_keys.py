"""Links, cursors and inheritance with keys of every kind, within the permissions."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest

from tests.graph import ask_data
from tests.keyed import rows
from tests.keyed.rows import NAMES, find
from tests.policies import ALL, write_policy

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keyed", "permitted")]
client, keyed, permitted = rows.client, rows.keyed, rows.permitted


def test_links_lead_to_keys_of_every_kind(client: Any) -> None:
    country = find("Country").objects.create(code="de")
    find("Label").objects.create(number=3)
    city = find("City").objects.create(name="Bonn", country=country)
    address = f"/api/cities/{city.pk}/labels"
    assert client.post(address, [{"id": "3"}], format="json").status_code == 201
    assert client.get(address).json() == [{"id": "3", "text": ""}]
    assert client.get("/api/cities?where[labels][some][id]=3&where[country][id]=de").json() == [
        client.get(f"/api/cities/{city.pk}").json()
    ]
    assert client.get("/api/countries/de/cities").json()[0]["country"] == {"id": "de"}
    refused = client.patch(address, [{"id": "1e3"}], format="json")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "#/0/id")
    for wrong in ("xx", "a\0", "x" * 10_000):
        body = {"country": {"id": wrong}}
        refused = client.patch(f"/api/cities/{city.pk}", body, format="json")
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (
            400,
            "#/country/id",
        )
    assert client.get("/api/cities?where[country][id]=xx").json() == []


@pytest.mark.parametrize("order", ["id", "name", "size", "countryId", "country][id"])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_a_cursor_leads_through_all_rows(client: Any, order: str, direction: str) -> None:
    country = find("Country").objects.create(code="de")
    for number in range(5):
        linked = country if number % 2 else None
        find("City").objects.create(name=f"c{number}", country=linked)
    address = f"/api/cities?take=2&orderBy[{order}]={direction}"
    whole = client.get(address.replace("take=2&", "")).json()
    seen = []
    while address:
        page = client.get(address)
        assert page.status_code == 200, page.json()
        seen += page.json()
        address = page.get("Link", "").partition("<")[2].partition(">")[0]
        address = address and f"/api/cities{address}"
    assert seen == whole
    assert len(seen) == 5


@pytest.mark.parametrize("after", [str(2**70), 5, "1e3", None, True])
def test_a_forged_cursor_is_refused(client: Any, after: Any) -> None:
    text = urlsafe_b64encode(json.dumps([after]).encode()).rstrip(b"=").decode()
    assert client.get(f"/api/cities?after={text}").status_code == 400


def test_a_key_may_be_a_link(client: Any) -> None:
    city = find("City").objects.create(name="Bonn")
    link = {"id": str(city.pk)}
    body = {"city": link, "name": "Eve"}
    made = client.post("/api/mayors", body, format="json")
    assert made.status_code == 201, made.json()
    assert made.json() == {"id": link["id"], "city": link, "name": "Eve"}
    address = f"/api/mayors/{city.pk}"
    assert client.get(address).json() == made.json()
    assert client.get(f"/api/mayors?where[id]={city.pk}&orderBy[id]=asc").json() == [made.json()]
    assert client.get("/api/mayors?where[id][contains]=x").json() == []
    refused = client.patch(address, {"city": link}, format="json")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "#/city")
    assert client.get(f"/api/cities/{city.pk}").json()["mayor"] == link
    document = "{ mayors { id name city { name mayor { name } } } }"
    assert ask_data(client, document)["mayors"][0]["city"]["mayor"] == {"name": "Eve"}


def test_a_proxy_shows_the_rows_of_its_manager(client: Any) -> None:
    find("City").objects.create(name="Ulm", size=5)
    big = find("City").objects.create(name="Berlin", size=5000)
    shown = client.get("/api/metropolises").json()
    assert [row["id"] for row in shown] == [str(big.pk)]
    assert len(client.get("/api/cities").json()) == 2
    assert ask_data(client, "{ metropolises { name } }")["metropolises"] == [{"name": "Berlin"}]
    small = find("City").objects.get(name="Ulm")
    assert client.delete(f"/api/metropolises/{small.pk}").status_code == 404


def test_a_child_is_also_a_row_of_its_parent(client: Any) -> None:
    row = client.post("/api/ports", {"name": "Kiel", "depth": 9}, format="json").json()
    assert client.get(f"/api/cities/{row['id']}").json()["name"] == "Kiel"
    document = '{ ports(where: {name: {equals: "Kiel"}}, orderBy: {id: Asc}) { id depth } }'
    assert ask_data(client, document)["ports"] == [{"id": row["id"], "depth": 9}]


def test_a_field_of_a_row_is_withheld_by_the_policy(policy: Any, client: Any) -> None:
    sections = "\n".join(f"[{name}]\n{ALL}\n" for name in NAMES if name != "City")
    policy(f'{write_policy(ALL)}{sections}[City]\n{ALL}\nfields.view.country = ["admin"]\n')
    country = find("Country").objects.create(code="de")
    city = find("City").objects.create(name="Bonn", country=country)
    assert "country" not in client.get(f"/api/cities/{city.pk}").json()
    assert client.get("/api/cities?where[country][id]=de").status_code == 400
    assert client.get("/api/cities?orderBy[countryId]=asc").status_code == 400


def test_a_link_to_a_closed_entity_reads_as_null(policy: Any, client: Any) -> None:
    sections = "\n".join(f"[{name}]\n{ALL}\n" for name in NAMES if name != "Country")
    policy(f"{write_policy(ALL)}{sections}")
    country = find("Country").objects.create(code="de")
    find("City").objects.create(name="Bonn", country=country)
    assert client.get("/api/cities").json()[0]["country"] is None
    assert client.get("/api/countries/de").status_code == 403
