"""The side of a one-to-one link that does not hold it: it is written as the other side is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.crew.served import OWN, add, find, link, permit, show
from tests.graph import ask_data, ask_error
from tests.policies import READ, call_as, make_user
from tests.rest import MISSING, assert_problem, find_pointers

pytestmark = pytest.mark.django_db
UPDATE = """mutation ($id: String!, $data: PersonUpdateInput!) {
  updatePerson(where: {id: $id}, data: $data) { passport { number } }
}"""


def holder(number: str) -> str:
    return str(find("Passport").objects.get(number=number).holder_id)


def passports(root: APIClient, *numbers: str) -> list[dict[str, str]]:
    return link(*(add(root, "passports", number=number) for number in numbers))


def test_it_is_set_changed_and_cleared(root: APIClient) -> None:
    one, two = passports(root, "1", "2")
    ada = add(root, "people", name="Ada", passport=one)
    assert holder("1") == ada
    changed = root.patch(f"/api/people/{ada}", {"passport": two}).json()
    assert (changed["passport"], holder("1"), holder("2")) == (two, "None", ada)
    assert root.patch(f"/api/people/{ada}", {"passport": None}).json()["passport"] is None
    assert holder("2") == "None"


def test_a_row_is_moved_from_another_one(root: APIClient) -> None:
    (one,) = passports(root, "1")
    ada = add(root, "people", name="Ada", passport=one)
    eve = add(root, "people", name="Eve", passport=one)
    assert show(root, f"people/{ada}")["passport"] is None
    assert show(root, f"people/{eve}")["passport"] == one


def test_graphql_and_many_rows_write_it_too(root: APIClient) -> None:
    one, two = passports(root, "1", "2")
    ada, eve = add(root, "people", name="Ada"), add(root, "people", name="Eve")
    shown = ask_data(root, UPDATE, id=ada, data={"passport": one})
    assert shown == {"updatePerson": {"passport": {"number": "1"}}}
    assert ask_data(root, UPDATE, id=ada, data={"passport": None}) == {
        "updatePerson": {"passport": None}
    }
    items = [{"id": ada, "passport": two}, {"id": eve, "passport": one}]
    answer = root.patch("/api/people/bulk", items)
    assert [row["passport"] for row in answer.json()] == [two, one]


def test_a_change_is_one_of_both_rows_and_the_same_value_is_none(root: APIClient) -> None:
    (one,) = passports(root, "1")
    ada = add(root, "people", name="Ada")
    before = find("Passport").objects.get().updated_at, show(root, f"people/{ada}")["updatedAt"]
    changed = root.patch(f"/api/people/{ada}", {"passport": one}).json()
    passport = find("Passport").objects.get()
    assert (passport.updated_at > before[0], changed["updatedAt"] > before[1]) == (True, True)
    again = root.patch(f"/api/people/{ada}", {"passport": one}).json()
    assert again["updatedAt"] == changed["updatedAt"]
    assert find("Passport").objects.get().updated_at == passport.updated_at


def test_a_wrong_link_is_refused(root: APIClient) -> None:
    for value, pointer in (
        ({"id": MISSING}, "#/passport/id"),
        ({"id": "x"}, "#/passport/id"),
        ({"connect": []}, "#/passport"),
        ("", "#/passport"),
    ):
        assert find_pointers(root.post("/api/people", {"name": "x", "passport": value})) == [
            pointer
        ]
    assert not find("Person").objects.exists()


def test_it_leads_to_the_own_row_and_in_circles(root: APIClient) -> None:
    ada, eve = add(root, "people", name="Ada"), add(root, "people", name="Eve")
    for mentor, pupil in ((ada, eve), (eve, ada)):
        answer = root.patch(f"/api/people/{mentor}", {"pupil": {"id": pupil}})
        assert answer.json()["pupil"] == {"id": pupil}
    own = root.patch(f"/api/people/{ada}", {"pupil": {"id": ada}}).json()
    assert (own["pupil"], own["mentor"]) == ({"id": ada}, {"id": ada})


# Whose rows they are.


@pytest.fixture
def limited(root: APIClient, policy: Callable[[str], Path]) -> APIClient:
    """A user with a badge and a stamp, beside a stamp of another user's badge, and one of nobody."""
    user, other = make_user("ada", "user"), make_user("eve", "user")
    for owner, color in ((user, "mine"), (other, "theirs")):
        badge = find("Badge").objects.create(user=owner, color=color)
        find("Stamp").objects.create(text=color, badge=badge)
    permit(policy, Stamp=OWN)
    return call_as(user)


def badge(color: str) -> Any:
    return find("Badge").objects.get(color=color)


def stamp(text: str) -> dict[str, str]:
    return {"id": str(find("Stamp").objects.get(text=text).pk)}


def test_it_takes_the_right_to_change_the_other_row(limited: APIClient) -> None:
    address = f"/api/badges/{badge('mine').pk}"
    assert find_pointers(limited.patch(address, {"stamp": stamp("theirs")})) == ["#/stamp/id"]
    assert find("Stamp").objects.get(text="theirs").badge == badge("theirs")


def test_a_hidden_row_keeps_its_link(limited: APIClient) -> None:
    address = f"/api/badges/{badge('theirs').pk}"
    assert limited.get(address).json()["stamp"] is None
    assert limited.patch(address, {"stamp": None}).status_code == 200
    problem = assert_problem(limited.patch(address, {"stamp": stamp("mine")}), 409)
    assert [error["pointer"] for error in problem["errors"]] == ["#/stamp"]
    assert find("Stamp").objects.get(text="theirs").badge == badge("theirs")
    assert find("Stamp").objects.get(text="mine").badge == badge("mine")


def test_what_a_caller_gives_away_has_to_stay_theirs(limited: APIClient) -> None:
    assert_problem(limited.patch(f"/api/badges/{badge('mine').pk}", {"stamp": None}), 403)
    assert find("Stamp").objects.get(text="mine").badge == badge("mine")


@pytest.mark.parametrize(
    "section", ["", READ, OWN + '\nfields.update.badge = ["admin"]'], ids=["none", "read", "field"]
)
def test_without_that_right_it_is_refused_whatever_it_is(
    limited: APIClient, policy: Callable[[str], Path], section: str
) -> None:
    permit(policy, Stamp=section)
    for color in ("mine", "theirs"):
        for value in (None, stamp("mine")):
            address = f"/api/badges/{badge(color).pk}"
            assert_problem(limited.patch(address, {"stamp": value}), 403)
            assert_problem(limited.post("/api/badges", {"stamp": value}), 403)
    update = f'mutation {{ updateBadge(where: {{id: "{badge("mine").pk}"}}, data: {{stamp: null}}) {{ id }} }}'
    assert ask_error(limited, update)["extensions"]["code"] == "FORBIDDEN"
    assert find("Stamp").objects.get(text="mine").badge == badge("mine")
