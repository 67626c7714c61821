"""Keys that are no UUIDs of the service: the same on REST, GraphQL, OpenAPI and in the admin."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from tests.graph import ask_data, ask_error
from tests.installed import install, served_anew
from tests.policies import ALL, call_as, make_user, write_policy

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keyed", "permitted")]

NAMES = ("City", "Country", "Label", "Mayor", "Metropolis", "Paper", "Port", "Visit")


def find(name: str) -> Any:
    return apps.get_model("keyed", name)


@pytest.fixture(scope="module")
def keyed(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with install(django_db_blocker, "tests.keyed.urls", "tests.keyed"), served_anew():
        yield


@pytest.fixture
def permitted(policy: Callable[[str], Any]) -> None:
    policy(write_policy(ALL) + "\n".join(f"[{name}]\n{ALL}\n" for name in NAMES))


@pytest.fixture
def client() -> Any:
    return call_as(make_user("ada", "user"))


# A body that creates a row of each entity, and the id that the row then has; `None` if it is made.
CREATED: dict[str, tuple[dict[str, Any], str | None]] = {
    "countries": ({"id": "de", "name": "Germany"}, "de"),
    "labels": ({"id": "-7", "text": "old"}, "-7"),
    "cities": ({"name": "Bonn"}, None),
    "visits": ({"note": "fine"}, None),
    "papers": ({"title": "fine"}, None),
    "ports": ({"name": "Kiel", "depth": 9}, None),
}
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


@pytest.mark.parametrize("name", NAMES)
def test_the_admin_has_its_pages(admin_client: Any, name: str) -> None:
    city = find("City").objects.create(name="Bonn", size=5000)
    given: dict[str, dict[str, Any]] = {
        "Country": {"code": "a/b"},
        "Label": {"number": 3},
        "City": {"name": "Ulm"},
        "Mayor": {"city": city},
        "Metropolis": {"name": "Ulm", "size": 5000},
        "Port": {"name": "Kiel"},
    }
    row = find(name)._base_manager.create(**given.get(name, {}))
    address = f"/admin/keyed/{name.lower()}/"
    assert admin_client.get(f"{address}?q={row.pk}").status_code == 200
    assert admin_client.get(f"{address}add/").status_code == 200
    key = str(row.pk).replace("/", "_2F")
    assert admin_client.get(f"{address}{key}/change/").status_code == 200


def test_the_admin_does_not_change_a_key(admin_client: Any) -> None:
    find("Country").objects.create(code="de")
    admin_client.post("/admin/keyed/country/de/change/", {"code": "xx", "name": "x"})
    assert [row.code for row in find("Country").objects.all()] == ["de"]


def test_the_openapi_document_says_who_gives_the_id(client: Any) -> None:
    schemas = client.get("/api/schema").json()["components"]["schemas"]
    assert schemas["CountryRequest"]["required"] == ["id"]
    assert "id" not in schemas["PatchedCountryRequest"]["properties"]
    assert schemas["CountryBulkChange"]["required"] == ["id"]
    assert schemas["City"]["properties"]["id"]["type"] == "string"
    assert schemas["City"]["properties"]["id"]["readOnly"] is True


def test_the_checks_and_the_command_know_them(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check")
    call_command("entities")
    assert "metropolises" in capsys.readouterr().out


def list_statements(sent: CaptureQueriesContext) -> list[str]:
    """Return the first words of the statements, without those of the test's own transaction."""
    words = [query["sql"].split()[0] for query in sent.captured_queries]
    return [word for word in words if word in ("SELECT", "INSERT", "UPDATE", "DELETE")]


@pytest.mark.parametrize("plural", ["countries", "papers", "labels", "visits"])
def test_a_write_is_one_statement(plural: str) -> None:
    user = make_user("ada", "user")
    user.role_names = ["user"]
    client, body = call_as(user), CREATED[plural][0]
    with CaptureQueriesContext(connection) as sent:
        row = client.post(f"/api/{plural}", body, format="json").json()
    assert list_statements(sent) == ["INSERT"]
    address, (name, value) = f"/api/{plural}/{row['id']}", list(body.items())[-1]
    with CaptureQueriesContext(connection) as sent:
        client.patch(address, {name: value}, format="json")
    assert list_statements(sent) == ["UPDATE"]
    with CaptureQueriesContext(connection) as sent:
        client.get(address)
        client.get(f"/api/{plural}?where[id]={row['id']}")
    assert list_statements(sent) == ["SELECT", "SELECT"]


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


def test_the_document_is_made_without_a_warning(tmp_path: Path) -> None:
    made = tmp_path / "openapi.json"
    call_command("spectacular", "--format", "openapi-json", "--fail-on-warn", "--file", str(made))
    validate(json.loads(made.read_text(encoding="utf-8")), cls=OpenAPIV31SpecValidator)
