"""Run by tests/test_relations.py, with the settings beside this file."""

from typing import Any

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.test import Client
from rest_framework.test import APIClient

from tests.graph import ask_data, ask_error
from tests.policies import call_as, make_user
from tests.rest import assert_problem, find_pointers

pytestmark = pytest.mark.django_db
Models = Any


@pytest.fixture
def root() -> APIClient:
    return call_as(make_user("root", "admin"))


@pytest.fixture
def ada() -> APIClient:
    return call_as(make_user("ada", "user"))


def model(name: str) -> Any:
    return apps.get_model("relations", name)


def user_of(client: Any) -> Any:
    return client.handler._force_user


def add(client: APIClient, plural: str, **values: Any) -> str:
    response = client.post(f"/api/{plural}", values)
    assert response.status_code == 201, response.content
    return str(response.json()["id"])


def list_names(client: APIClient, plural: str) -> list[str]:
    return [row["name"] for row in client.get(f"/api/{plural}").json()]


def test_the_domain_is_sound() -> None:
    assert run_checks() == []


# One-to-one, from the side that does not hold the link.


def test_a_row_is_made_without_the_row_that_links_to_it(root: APIClient) -> None:
    member = add(root, "members", nick="Ada")
    assert root.get(f"/api/members/{member}").json()["profile"] is None
    profile = add(root, "profiles", bio="x", member={"id": member})
    assert root.get(f"/api/members/{member}").json()["profile"] == {"id": profile}


def test_the_other_side_is_written_too(root: APIClient) -> None:
    profile = add(root, "profiles", bio="x")
    member = add(root, "members", nick="Ada", profile={"id": profile})
    assert str(model("Profile").objects.get().member_id) == member
    assert root.patch(f"/api/members/{member}", {"profile": None}).json()["profile"] is None
    assert model("Profile").objects.get().member is None


def test_the_other_side_is_found_but_not_sorted_by(root: APIClient) -> None:
    member = add(root, "members", nick="Ada")
    profile = add(root, "profiles", bio="x", member={"id": member})
    add(root, "members", nick="Eve")
    assert [row["id"] for row in root.get(f"/api/members?where[profile][id]={profile}").json()] == [
        member
    ]
    assert find_pointers(root.get("/api/members?orderBy[profileId]=asc")) == ["#/orderBy/profileId"]


def test_a_list_of_the_other_side_costs_one_query(
    root: APIClient, django_assert_num_queries: Any
) -> None:
    user_of(root).role_names = ["admin"]
    for number in range(5):
        add(root, "profiles", bio="x", member={"id": add(root, "members", nick=str(number))})
    with django_assert_num_queries(1):
        shown = root.get("/api/members").json()
    assert all(row["profile"] for row in shown)


def test_graphql_reads_the_other_side(root: APIClient) -> None:
    add(root, "profiles", bio="x", member={"id": add(root, "members", nick="Ada")})
    assert ask_data(root, "{ members { profile { bio } } }") == {
        "members": [{"profile": {"bio": "x"}}]
    }
    error = ask_error(
        root, 'mutation { createMember(data: {nick: "x", profile: {id: "x"}}) { id } }'
    )
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


def test_a_clash_names_the_link(root: APIClient) -> None:
    member = {"id": add(root, "members", nick="Ada")}
    add(root, "profiles", bio="x", member=member)
    problem = assert_problem(root.post("/api/profiles", {"bio": "y", "member": member}), 409)
    assert [error["pointer"] for error in problem["errors"]] == ["#/member"]


# Own rows by a one-to-one link.


def test_an_admin_makes_rows_for_others(root: APIClient, ada: APIClient) -> None:
    add(root, "staff", name="one")
    add(root, "staff", name="two")
    add(root, "staff", name="three", user={"id": str(user_of(ada).pk)})
    for name in ("one", "two"):
        add(root, "desks", name=name)
    assert list(model("Staff").objects.values_list("user__username", flat=True)) == [
        None,
        None,
        "ada",
    ]
    assert list(model("Desk").objects.values_list("user", flat=True)) == [None, None]


@pytest.mark.parametrize("plural", ["staff", "desks"])
def test_a_user_owns_the_row_that_it_makes(root: APIClient, ada: APIClient, plural: str) -> None:
    add(root, plural, name="theirs")
    add(ada, plural, name="mine")
    assert list_names(ada, plural) == ["mine"]
    assert list_names(root, plural) == ["theirs", "mine"]
    assert_problem(ada.post(f"/api/{plural}", {"name": "second"}), 409)


def test_a_user_makes_no_row_for_others(root: APIClient, ada: APIClient) -> None:
    other = {"id": str(user_of(root).pk)}
    assert_problem(ada.post("/api/staff", {"name": "x", "user": other}), 403)
    assert_problem(ada.post("/api/staff", {"name": "x", "user": None}), 403)
    assert not model("Staff").objects.exists()


# Own rows by links to many.


def test_the_maker_of_a_row_is_among_its_owners(root: APIClient, ada: APIClient) -> None:
    add(root, "clubs", name="theirs")
    mine = add(ada, "clubs", name="mine")
    assert list_names(ada, "clubs") == ["mine"]
    assert ask_data(ada, "{ clubs { name } _clubsMeta { count } }") == {
        "clubs": [{"name": "mine"}],
        "_clubsMeta": {"count": 1},
    }
    assert ada.patch(f"/api/clubs/{mine}", {"name": "ours"}).status_code == 200
    created = ask_data(ada, 'mutation { createClub(data: {name: "new"}) { name } }')
    assert created == {"createClub": {"name": "new"}}


def test_a_row_of_several_users_is_each_users(root: APIClient, ada: APIClient) -> None:
    club = model("Club").objects.create(name="both")
    club.people.set([user_of(root), user_of(ada)])
    assert list_names(ada, "clubs") == ["both"]
    assert ada.delete(f"/api/clubs/{club.pk}").status_code == 200


def test_a_row_that_is_reached_in_two_ways_is_given_once(ada: APIClient) -> None:
    clubs = [{"id": add(ada, "clubs", name=str(number))} for number in range(2)]
    meeting = add(ada, "meetings", name="x", clubs={"connect": clubs})
    answer = ada.get("/api/meetings", headers={"Prefer": "count=exact"})
    assert ([row["id"] for row in answer.json()], answer["X-Total-Count"]) == ([meeting], "1")
    assert ada.patch(f"/api/meetings/{meeting}", {"name": "y"}).status_code == 200
    assert_problem(ada.post("/api/meetings", {"name": "of nobody"}), 403)


# In the admin.


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(make_user("sue", "user", is_staff=True))
    return client


@pytest.mark.parametrize("name", ["club", "staff", "desk"])
def test_staff_own_what_they_make_in_the_admin(staff: Client, name: str) -> None:
    made = staff.post(f"/admin/relations/{name}/add/", {"name": "mine"})
    assert made.status_code == 302, made.content
    shown = staff.get(f"/admin/relations/{name}/").content.decode()
    assert str(model(name).objects.get().pk) in shown


def test_the_admin_shows_the_other_side_of_a_one_to_one_link(
    staff: Client, root: APIClient
) -> None:
    member = add(root, "members", nick="Ada")
    add(root, "profiles", bio="x", member={"id": member})
    for path in ("member/", f"member/{member}/change/", "profile/"):
        assert staff.get(f"/admin/relations/{path}").status_code == 200


# Paths that cannot be meant.


@pytest.mark.parametrize("path", ["", "self", "name", "meetings", "boss", "people.boss", 1])
def test_an_owner_path_that_cannot_be_meant_is_refused(
    monkeypatch: pytest.MonkeyPatch, path: Any, policy: Any, settings: Any
) -> None:
    from auth_core.policy.checks import check_policy

    text = settings.PERMISSIONS_FILE.read_text(encoding="utf-8")
    head, section, _ = text.partition("[Club]\n")
    policy(head + section + 'view = "all"\n' + "[Meeting]\n")
    monkeypatch.setattr(model("Club"), "owner_path", path)
    assert any("Club" in fault.msg and "owner_path" in fault.msg for fault in check_policy())


def test_an_owner_path_that_cannot_be_meant_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, root: APIClient
) -> None:
    monkeypatch.setattr(model("Club"), "owner_path", "meetings")
    add(root, "clubs", name="x")
    assert not model("Club").objects.get().meetings.exists()
