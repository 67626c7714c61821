"""Links to one row: to an own row, from both sides, by a column that is not the id."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from tests.crew.served import add, find, link, list_ids, show
from tests.graph import ask_data, ask_error
from tests.rest import assert_problem, find_pointers, read_next

pytestmark = pytest.mark.django_db


@pytest.fixture
def countries(root: APIClient) -> dict[str, str]:
    return {code: add(root, "countries", code=code) for code in ("NL", "BE", "AT")}


@pytest.fixture
def visas(root: APIClient, countries: dict[str, str]) -> dict[str, str]:
    """A visa for each country, and one without."""
    holder = {"id": add(root, "people", name="Ada")}
    made = {
        code: add(root, "visas", holder=holder, country={"id": key})
        for code, key in countries.items()
    }
    return made | {"": add(root, "visas", holder=holder)}


# A link that holds another column than the id.


def test_a_link_by_another_column_is_an_id_on_the_wire(
    root: APIClient, countries: dict[str, str], visas: dict[str, str]
) -> None:
    assert show(root, f"visas/{visas['NL']}")["country"] == {"id": countries["NL"]}
    assert find("Visa").objects.get(pk=visas["NL"]).country_id == "NL"
    shown = {row["id"]: row["country"] for row in show(root, "visas")}
    assert shown[visas["BE"]] == {"id": countries["BE"]}
    assert shown[visas[""]] is None
    changed = root.patch(f"/api/visas/{visas['NL']}", {"country": {"id": countries["AT"]}})
    assert changed.json()["country"] == {"id": countries["AT"]}


def test_a_link_by_another_column_leads_both_ways_on_graphql(
    root: APIClient, countries: dict[str, str], visas: dict[str, str]
) -> None:
    rows = ask_data(root, "{ visas { id country { id code } } }")["visas"]
    assert {row["id"]: row["country"] for row in rows}[visas["NL"]] == {
        "id": countries["NL"],
        "code": "NL",
    }
    back = ask_data(root, "{ countries { code visas { id } } }")["countries"]
    assert {row["code"]: row["visas"] for row in back}["BE"] == link(visas["BE"])


def test_a_link_by_another_column_is_found_by_the_id(
    root: APIClient, countries: dict[str, str], visas: dict[str, str]
) -> None:
    found = {
        "where[country][id]=" + countries["NL"]: [visas["NL"]],
        "where[country][id][in][]=" + countries["NL"]: [visas["NL"]],
        "where[country][code]=NL": [visas["NL"]],
        "where[country][isNull]=true": [visas[""]],
        "where[country][id]=NL": [],
    }
    for query, expected in found.items():
        assert list_ids(root, f"visas?{query}") == expected, query
    back = f"countries?where[visas][some][id]={visas['BE']}"
    assert list_ids(root, back) == [countries["BE"]]
    assert list_ids(root, f"countries/{countries['BE']}/visas") == [visas["BE"]]


def test_a_list_is_sorted_and_paged_by_it(root: APIClient, visas: dict[str, str]) -> None:
    for key in ("orderBy[countryId]=asc", "orderBy[country][code]=asc"):
        address, found = f"/api/visas?{key}&take=1", []
        whole = list_ids(root, f"visas?{key}")
        while address:
            page = root.get(address)
            found += [row["id"] for row in page.json()]
            address = read_next(page)
        assert (found, found[-1]) == (whole, visas[""]), key


def test_its_rows_are_connected_and_disconnected_from_the_other_side(
    root: APIClient, countries: dict[str, str], visas: dict[str, str]
) -> None:
    address = f"/api/countries/{countries['NL']}/visas"
    assert root.post(address, link(visas["BE"], visas[""])).status_code == 201
    assert find("Visa").objects.filter(country="NL").count() == 3
    assert root.delete(address, link(visas["BE"])).status_code == 200
    assert root.patch(address, link(visas["AT"])).status_code == 200
    assert list_ids(root, address[5:]) == [visas["AT"]]


def test_many_are_written_at_once(root: APIClient, countries: dict[str, str]) -> None:
    holder = {"id": add(root, "people", name="Ada")}
    items = [{"holder": holder, "country": {"id": key}} for key in countries.values()]
    made = root.post("/api/visas/bulk", items)
    assert made.status_code == 201, made.content
    assert [row["country"]["id"] for row in made.json()] == list(countries.values())


# A limit of what a link may lead to.


def test_a_limit_of_the_choices_holds_on_each_way_to_write(
    root: APIClient, countries: dict[str, str]
) -> None:
    closed = {"id": add(root, "countries", code="XX", isOpen=False)}
    holder = {"id": add(root, "people", name="Ada")}
    visa = add(root, "visas", holder=holder)
    for pointer, answer in (
        ("#/country/id", root.post("/api/visas", {"holder": holder, "country": closed})),
        ("#/country/id", root.patch(f"/api/visas/{visa}", {"country": closed})),
        ("#/0/country/id", root.post("/api/visas/bulk", [{"holder": holder, "country": closed}])),
        ("#/0/id", root.post(f"/api/countries/{closed['id']}/visas", link(visa))),
    ):
        assert find_pointers(answer) == [pointer]
    create = "mutation ($data: VisaCreateInput!) { createVisa(data: $data) { id } }"
    error = ask_error(root, create, data={"holder": holder, "country": closed})
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert find("Visa").objects.get().country is None


def test_a_link_that_was_made_before_the_limit_stays(
    root: APIClient, countries: dict[str, str], visas: dict[str, str]
) -> None:
    find("Country").objects.filter(code="NL").update(is_open=False)
    changed = root.patch(f"/api/visas/{visas['NL']}", {"days": 5}).json()
    assert changed["country"] == {"id": countries["NL"]}


# Links to the own entity.


def test_a_row_links_to_rows_of_its_own_entity(root: APIClient) -> None:
    ada = add(root, "people", name="Ada")
    eve = add(root, "people", name="Eve", boss={"id": ada}, mentor={"id": ada})
    assert show(root, f"people/{ada}")["pupil"] == {"id": eve}
    assert list_ids(root, f"people/{ada}/reports") == [eve]
    document = "{ people { name boss { name } mentor { name } pupil { name } reports { name } } }"
    assert ask_data(root, document)["people"] == [
        {
            "name": "Ada",
            "boss": None,
            "mentor": None,
            "pupil": {"name": "Eve"},
            "reports": [{"name": "Eve"}],
        },
        {
            "name": "Eve",
            "boss": {"name": "Ada"},
            "mentor": {"name": "Ada"},
            "pupil": None,
            "reports": [],
        },
    ]


def test_a_row_may_lead_to_itself(root: APIClient) -> None:
    ada = add(root, "people", name="Ada")
    own = {"id": ada}
    assert root.patch(f"/api/people/{ada}", {"boss": own, "mentor": own}).status_code == 200
    shown = show(root, f"people/{ada}")
    assert (shown["boss"], shown["mentor"], shown["pupil"]) == (own, own, own)
    assert root.delete(f"/api/people/{ada}").status_code == 200


def test_a_row_is_shown_as_it_is_when_it_is_linked_with_itself(root: APIClient) -> None:
    ada = add(root, "people", name="Ada")
    for verb, boss in (("connect", {"id": ada}), ("disconnect", None)):
        changed = root.patch(f"/api/people/{ada}", {"reports": {verb: link(ada)}}).json()
        assert (changed["boss"], changed) == (boss, show(root, f"people/{ada}"))


def test_a_second_row_with_a_one_to_one_link_is_a_clash(root: APIClient) -> None:
    ada = {"id": add(root, "people", name="Ada")}
    add(root, "people", name="Eve", mentor=ada)
    for answer, pointer in (
        (root.post("/api/people", {"name": "Bob", "mentor": ada}), "#/mentor"),
        (root.post("/api/people/bulk", [{"name": "Bob", "mentor": ada}]), "#/0/mentor"),
        (root.patch(f"/api/people/{ada['id']}", {"mentor": ada}), "#/mentor"),
    ):
        (error,) = assert_problem(answer, 409)["errors"]
        assert error["pointer"] == pointer
    update = "mutation ($data: PersonCreateInput!) { createPerson(data: $data) { id } }"
    error = ask_error(root, update, data={"name": "Bob", "mentor": ada})
    assert error["extensions"]["code"] == "CONFLICT"
