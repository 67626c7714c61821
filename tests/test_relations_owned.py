"""Rows that belong to users by one-to-one and many-to-many links: badges, and the plans of teams."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.crew.served import OWN, add, find, link, list_ids, permit, show
from tests.graph import ask_data, ask_error
from tests.policies import call_as, make_user
from tests.rest import assert_problem, find_pointers, read_next
from tests.test_callers_without_key import Machine

pytestmark = pytest.mark.django_db
VIEW_ALL = OWN.replace('view = ["admin", "own"]', 'view = "all"')


@pytest.fixture
def ada(root: APIClient, policy: Callable[[str], Path]) -> APIClient:
    """A user in the two teams of her plan, beside a plan and a team of nobody."""
    permit(policy, Team=OWN, Plan=OWN, Badge=OWN, Stamp=OWN, Locker=OWN)
    user = make_user("ada", "user")
    teams = [find("Team").objects.create(name=name) for name in ("A", "B", "C")]
    for team in teams[:2]:
        team.members.add(user)
    find("Plan").objects.create(title="mine").teams.set(teams[:2])
    find("Plan").objects.create(title="theirs").teams.set(teams[2:])
    return call_as(user)


def user_of(client: Any) -> Any:
    return client.handler._force_user


def team(name: str) -> Any:
    return find("Team").objects.get(name=name)


def titles(client: APIClient, query: str = "") -> list[str]:
    return [row["title"] for row in show(client, f"plans{query}")]


def test_a_row_that_is_owned_in_several_ways_is_there_once(ada: APIClient) -> None:
    assert titles(ada) == ["mine"]
    counted = ada.get("/api/plans", headers={"Prefer": "count=exact"})
    assert counted["X-Total-Count"] == "1"
    document = "{ plans { title teams { name } } _plansMeta { count } }"
    assert ask_data(ada, document) == {
        "plans": [{"title": "mine", "teams": [{"name": "A"}, {"name": "B"}]}],
        "_plansMeta": {"count": 1},
    }
    assert list_ids(ada, f"teams/{team('A').pk}/plans") == [str(plan("mine").pk)]


def plan(title: str) -> Any:
    return find("Plan").objects.get(title=title)


def test_pages_of_own_rows_hold_each_row_once(ada: APIClient) -> None:
    for number in range(5):
        made = find("Plan").objects.create(title=f"plan {number}")
        made.teams.set([team("A"), team("B")])
    address, found = "/api/plans?orderBy[title]=desc&take=2", []
    while address:
        page = ada.get(address)
        found += [row["title"] for row in page.json()]
        address = read_next(page)
    assert found == ["plan 4", "plan 3", "plan 2", "plan 1", "plan 0", "mine"]


def test_own_rows_are_changed_and_deleted_and_others_are_not(ada: APIClient) -> None:
    theirs = plan("theirs").pk
    for answer in (
        ada.get(f"/api/plans/{theirs}"),
        ada.patch(f"/api/plans/{theirs}", {"title": "x"}),
        ada.delete(f"/api/plans/{theirs}"),
        ada.patch("/api/plans/bulk", [{"id": str(theirs), "title": "x"}]),
    ):
        assert_problem(answer, 404)
    assert ada.patch(f"/api/plans/{plan('mine').pk}", {"title": "ours"}).status_code == 200
    assert ada.delete(f"/api/plans/{plan('ours').pk}").status_code == 200
    assert list(find("Plan").objects.values_list("title", flat=True)) == ["theirs"]


def test_a_member_who_leaves_sees_nothing_at_once(ada: APIClient) -> None:
    assert titles(ada) == ["mine"]
    for name in ("A", "B"):
        team(name).members.clear()
    assert titles(ada) == []
    assert ask_data(ada, "{ plans { title } teams { name } }") == {"plans": [], "teams": []}
    assert_problem(ada.get(f"/api/plans/{plan('mine').pk}"), 404)
    assert find_pointers(
        ada.post("/api/plans", {"title": "x", "teams": {"connect": link(str(team("A").pk))}})
    ) == ["#/teams/connect/0/id"]


def test_nobody_leaves_a_row_by_their_own_write(ada: APIClient) -> None:
    """What a caller writes has to stay theirs, as with any other link to the owner."""
    both = link(str(team("A").pk), str(team("B").pk))
    mine = plan("mine").pk
    for answer in (
        ada.delete(f"/api/plans/{mine}/teams", both),
        ada.patch(f"/api/plans/{mine}/teams", []),
        ada.patch(f"/api/plans/{mine}", {"teams": {"set": []}}),
        ada.patch("/api/plans/bulk", [{"id": str(mine), "teams": {"disconnect": both}}]),
    ):
        assert_problem(answer, 403)
    assert plan("mine").teams.count() == 2


def test_a_link_that_makes_an_owner_takes_the_right_to_change_the_row(
    ada: APIClient, policy: Callable[[str], Path]
) -> None:
    """Otherwise members would link each plan that they see to a team of theirs, and own it."""
    permit(policy, Team=OWN, Plan=VIEW_ALL, Badge=OWN, Stamp=OWN)
    theirs, address = link(str(plan("theirs").pk)), f"/api/teams/{team('A').pk}"
    update = "mutation ($id: String!, $data: TeamUpdateInput!) { updateTeam(where: {id: $id}, data: $data) { id } }"
    for answer in (
        ada.post(f"{address}/plans", theirs),
        ada.patch(address, {"plans": {"connect": theirs}}),
    ):
        assert find_pointers(answer)[0].endswith("/0/id")
    error = ask_error(ada, update, id=address[-36:], data={"plans": {"connect": theirs}})
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert plan("theirs").teams.get() == team("C")
    assert ada.delete(f"{address}/plans", link(str(plan("mine").pk))).status_code == 200


def test_a_row_belongs_by_two_links_to_one(ada: APIClient) -> None:
    user = user_of(ada)
    mine = find("Badge").objects.create(user=user, color="red")
    find("Stamp").objects.create(text="mine", badge=mine)
    find("Stamp").objects.create(text="theirs", badge=find("Badge").objects.create())
    assert [row["text"] for row in show(ada, "stamps")] == ["mine"]
    assert ask_data(ada, "{ badges { color stamp { text } } }") == {
        "badges": [{"color": "red", "stamp": {"text": "mine"}}]
    }
    other = find("Stamp").objects.get(text="theirs")
    assert_problem(ada.patch(f"/api/stamps/{other.pk}", {"text": "x"}), 404)
    assert_problem(ada.patch(f"/api/stamps/{other.pk}", {"badge": {"id": str(mine.pk)}}), 404)


def test_a_row_belongs_to_a_user_whom_it_knows_by_another_column(ada: APIClient) -> None:
    find("Locker").objects.create(number=1)
    mine = add(ada, "lockers", number=2)
    assert find("Locker").objects.get(number=2).user_id == "ada"
    assert list_ids(ada, "lockers") == [mine]
    assert ask_data(ada, "{ lockers { number } }") == {"lockers": [{"number": 2}]}
    assert ada.patch(f"/api/lockers/{mine}", {"number": 3}).status_code == 200


def test_a_machine_without_a_row_of_its_own_owns_nothing(ada: APIClient) -> None:
    find("Badge").objects.create()
    find("Team").objects.create(name="of nobody")
    machine = call_as(Machine(user_of(ada).pk))
    for plural in ("teams", "plans", "badges", "stamps"):
        assert show(machine, plural) == []
    assert_problem(machine.post("/api/teams", {"name": "x"}), 403)
    assert find("Team").objects.count() == 4


def test_the_queries_of_a_list_of_own_rows_are_constant(
    ada: APIClient, django_assert_num_queries: Any
) -> None:
    show(ada, "plans")
    with django_assert_num_queries(2):
        show(ada, "plans")
    for number in range(30):
        find("Plan").objects.create(title=str(number)).teams.set([team("A"), team("B")])
    with django_assert_num_queries(2):
        assert len(show(ada, "plans")) == 31
    assert add(ada, "teams", name="new")
