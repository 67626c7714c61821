"""What the database refuses is answered with the fields that it is about, in the same words on REST
and GraphQL.
"""

from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.graph import ask_error
from tests.lab import Room, Seat, Slot
from tests.rest import MISSING, assert_problem

pytestmark = pytest.mark.usefixtures("committed")

# entity, what is stored, what is sent, the answer's status, its pointers, its words
REFUSED: list[tuple[str, dict[str, Any], dict[str, Any], int, list[str], str]] = [
    ("rooms", {"code": "A"}, {"code": "A"}, 409, ["#/code"], "Room with this code already exists."),
    (
        "rooms",
        {"name": "Hall"},
        {"name": "HALL"},
        409,
        ["#/name"],
        "Room with this name already exists.",
    ),
    (
        "slots",
        {"start": 1, "room": "{room}"},
        {"start": 1, "room": "{room}"},
        409,
        ["#/room", "#/start"],
        "Slot with this room and start already exists.",
    ),
    (
        "slots",
        {"start": 0, "end": 9},
        {"start": 0, "end": 9},
        409,
        ["#/end"],
        "There is a first slot with this end.",
    ),
    (
        "keys",
        {"room": "{room}"},
        {"room": "{room}"},
        409,
        ["#/room"],
        "Key with this room already exists.",
    ),
    (
        "slots",
        {"start": 1},
        {"start": 5, "end": 4},
        400,
        ["#/end", "#/start"],
        "A slot must end after its start.",
    ),
]


def fill(body: dict[str, Any], room: Room) -> dict[str, Any]:
    return {
        name: {"id": str(room.pk)} if value == "{room}" else value for name, value in body.items()
    }


def assert_refused(response: Any, status: int, pointers: list[str], words: str) -> None:
    problem = assert_problem(response, status)
    assert [error["pointer"] for error in problem["errors"]] == pointers
    assert {error["detail"] for error in problem["errors"]} == {words}
    assert problem["detail"] == (words if status == 409 else "The input is not valid.")


@pytest.mark.parametrize(("plural", "stored", "sent", "status", "pointers", "words"), REFUSED)
def test_a_refused_write_names_its_fields(
    lab: APIClient,
    plural: str,
    stored: dict[str, Any],
    sent: dict[str, Any],
    status: int,
    pointers: list[str],
    words: str,
) -> None:
    room = Room.objects.create()
    assert lab.post(f"/api/{plural}", fill(stored, room)).status_code == 201
    before = lab.get(f"/api/{plural}").json()
    response = lab.post(f"/api/{plural}", fill(sent, room))
    assert_refused(response, status, pointers, words)
    problem, name = response.json(), plural[:-1].capitalize()
    mutation = f"mutation ($data: {name}CreateInput!) {{ create{name}(data: $data) {{ id }} }}"
    error = ask_error(lab, mutation, data=fill(sent, room))
    assert (error["message"], error["extensions"]["errors"]) == (
        problem["detail"],
        problem["errors"],
    )
    assert error["extensions"]["code"] == {409: "CONFLICT", 400: "BAD_USER_INPUT"}[status]
    assert lab.get(f"/api/{plural}").json() == before


@pytest.mark.parametrize("more", [{}, {"slots": {"connect": []}}])
def test_a_change_is_refused_in_the_same_words(lab: APIClient, more: dict[str, Any]) -> None:
    Room.objects.create(code="A")
    room = Room.objects.create(code="B")
    response = lab.patch(f"/api/rooms/{room.pk}", {"code": "A"} | more)
    assert_refused(response, 409, ["#/code"], "Room with this code already exists.")


def test_a_clash_of_linked_rows_has_no_pointer_into_the_body(lab: APIClient) -> None:
    room = Room.objects.create()
    Slot.objects.create(start=1, room=room)
    slot = Slot.objects.create(start=1)
    links = [{"id": str(slot.pk)}]
    for response in (
        lab.post(f"/api/rooms/{room.pk}/slots", links),
        lab.patch(f"/api/rooms/{room.pk}", {"slots": {"connect": links}}),
        lab.post(
            "/api/rooms",
            {"slots": {"connect": [*links, {"id": str(Slot.objects.create(start=1).pk)}]}},
        ),
    ):
        problem = assert_problem(response, 409)
        assert problem["detail"] == "Slot with this room and start already exists."
        assert "errors" not in problem
    assert Slot.objects.get(pk=slot.pk).room is None


def test_a_needed_row_is_not_deleted_and_says_by_what_it_is_needed(lab: APIClient) -> None:
    room = Room.objects.create()
    Slot.objects.create(start=1, room=room)
    problem = assert_problem(lab.delete(f"/api/rooms/{room.pk}"), 409)
    assert problem["detail"] == "Room is still needed by: slots."
    mutation = "mutation ($where: RoomWhereUniqueInput!) { deleteRoom(where: $where) { id } }"
    error = ask_error(lab, mutation, where={"id": str(room.pk)})
    assert (error["message"], error["extensions"]["code"]) == (problem["detail"], "CONFLICT")
    assert Room.objects.filter(pk=room.pk).exists()


def test_a_value_that_only_the_database_asks_for_is_named(lab: APIClient) -> None:
    problem = assert_problem(lab.post("/api/seats", {}), 409)
    assert problem["detail"] == "Seat needs a value for row, which this request cannot set."
    assert not Seat.objects.exists()


def test_a_link_to_nothing_stays_the_inputs_fault(lab: APIClient) -> None:
    response = lab.post("/api/keys", {"room": {"id": MISSING}})
    assert [error["pointer"] for error in assert_problem(response, 400)["errors"]] == ["#/room/id"]
