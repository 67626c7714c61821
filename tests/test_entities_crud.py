"""Create, read, change and delete every entity, as the wire contract says."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from entity_api.description.registry import VIEWSETS
from tests.rest import BODIES, ENTITIES, MISSING, assert_problem, read_stored

LINKS: dict[str, dict[str, None]] = {
    "addresses": {},
    "customers": {"address": None},
    "orders": {"customer": None, "product": None},
    "products": {},
    "users": {},
}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

each_entity = pytest.mark.parametrize("entity", ENTITIES)


@pytest.fixture(autouse=True)
def cheap_hashes(settings: Any) -> None:
    """Passwords are another file's subject, and argon2 would be most of the time here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def create(rest: APIClient, entity: str, **changes: Any) -> dict[str, Any]:
    response = rest.post(f"/api/{entity}", BODIES[entity] | changes)
    assert response.status_code == 201, response.content
    made: dict[str, Any] = response.json()
    return made


def make_old(made: dict[str, Any], entity: str) -> dict[str, Any]:
    """Move the row's last change into the past, as two changes may be in one millisecond."""
    model: Any = {view.plural: model for model, view in VIEWSETS.items()}[entity]
    model.objects.filter(pk=made["id"]).update(updated_at=datetime(2026, 1, 1, tzinfo=UTC))
    return made | {"updatedAt": "2026-01-01T00:00:00.000Z"}


@each_entity
def test_it_creates_and_answers_what_it_stored(rest: APIClient, entity: str) -> None:
    made = create(rest, entity)
    shown = {name: value for name, value in BODIES[entity].items() if name != "password"} | LINKS[
        entity
    ]
    assert made == shown | {name: made[name] for name in ("id", "createdAt", "updatedAt")}
    assert UUID7.fullmatch(made["id"])
    assert MOMENT.fullmatch(made["createdAt"])
    assert MOMENT.fullmatch(made["updatedAt"])


@each_entity
def test_it_reads_one_by_its_id_in_either_case(rest: APIClient, entity: str) -> None:
    made = create(rest, entity)
    assert rest.get(f"/api/{entity}/{made['id']}").json() == made
    assert rest.get(f"/api/{entity}/{made['id'].upper()}").json() == made


@each_entity
def test_it_lists_an_array(rest: APIClient, entity: str) -> None:
    made = create(rest, entity)
    response = rest.get(f"/api/{entity}")
    assert response.status_code == 200
    assert made in response.json()


@each_entity
def test_it_changes_only_what_is_given(rest: APIClient, entity: str) -> None:
    made = make_old(create(rest, entity), entity)
    name, value = {
        "addresses": ("zip", 7),
        "orders": ("discount", 7.5),
        "products": ("name", "Card"),
    }.get(entity, ("lastName", "Hopper"))
    response = rest.patch(f"/api/{entity}/{made['id']}", {name: value})
    changed = response.json()
    assert response.status_code == 200
    assert changed == made | {name: value, "updatedAt": changed["updatedAt"]}
    assert changed["updatedAt"] > made["updatedAt"]


@each_entity
def test_a_change_of_nothing_changes_nothing(rest: APIClient, entity: str) -> None:
    made = create(rest, entity)
    before = read_stored()
    assert rest.patch(f"/api/{entity}/{made['id']}", {}).json() == made
    assert read_stored() == before


@each_entity
def test_delete_answers_the_object_as_it_was(rest: APIClient, entity: str) -> None:
    made = create(rest, entity)
    response = rest.delete(f"/api/{entity}/{made['id']}")
    assert (response.status_code, response.json()) == (200, made)
    assert_problem(rest.get(f"/api/{entity}/{made['id']}"), 404)
    assert_problem(rest.delete(f"/api/{entity}/{made['id']}"), 404)


@each_entity
@pytest.mark.parametrize("name", ["id", "createdAt", "updatedAt"])
def test_a_body_may_not_hold_what_is_read_only(rest: APIClient, entity: str, name: str) -> None:
    made = create(rest, entity)
    before = read_stored()
    for response in (
        rest.post(f"/api/{entity}", BODIES[entity] | {name: made[name]}),
        rest.patch(f"/api/{entity}/{made['id']}", {name: made[name]}),
    ):
        assert [
            (error["pointer"], error["code"]) for error in assert_problem(response, 400)["errors"]
        ] == [(f"#/{name}", "read_only")]
    assert read_stored() == before


@each_entity
def test_every_nullable_field_may_be_null_or_left_out(rest: APIClient, entity: str) -> None:
    needed = {
        name: BODIES[entity][name] for name in ("username", "password") if name in BODIES[entity]
    }
    made = rest.post(f"/api/{entity}", needed).json()
    kept = {"id", "createdAt", "updatedAt", "username", "roles", "isActive"}
    assert {value for name, value in made.items() if name not in kept} == {None}
    nulls = {name: None for name in made if name not in kept}
    response = rest.patch(
        f"/api/{entity}/{create(rest, entity)['id'] if not needed else made['id']}", nulls
    )
    assert {response.json()[name] for name in nulls} == {None}


@each_entity
def test_an_unknown_id_is_not_found(rest: APIClient, entity: str) -> None:
    before = read_stored()
    for response in (
        rest.get(f"/api/{entity}/{MISSING}"),
        rest.patch(f"/api/{entity}/{MISSING}", {}),
        rest.delete(f"/api/{entity}/{MISSING}"),
    ):
        assert_problem(response, 404)
    assert read_stored() == before


@each_entity
def test_a_trailing_slash_does_not_matter(rest: APIClient, entity: str) -> None:
    made = rest.post(f"/api/{entity}/", BODIES[entity]).json()
    assert made in rest.get(f"/api/{entity}/").json()
    assert rest.patch(f"/api/{entity}/{made['id']}/", {}).json() == made
    assert rest.get(f"/api/{entity}/{made['id']}/").json() == made
    assert rest.delete(f"/api/{entity}/{made['id']}/").json() == made


@each_entity
def test_another_method_is_shown_the_right_ones(rest: APIClient, entity: str) -> None:
    made = create(rest, entity)
    before = read_stored()
    for method in ("put", "patch", "delete"):
        response = getattr(rest, method)(f"/api/{entity}", {})
        assert_problem(response, 405)
        assert response["Allow"] == "GET, POST, HEAD, OPTIONS"
    for method in ("put", "post"):
        response = getattr(rest, method)(f"/api/{entity}/{made['id']}", {})
        assert_problem(response, 405)
        assert response["Allow"] == "GET, PATCH, DELETE, HEAD, OPTIONS"
    assert read_stored() == before


@each_entity
def test_nobody_is_asked_for_credentials(api: APIClient, db: None, entity: str) -> None:
    before = read_stored()
    for response in (
        api.get(f"/api/{entity}"),
        api.post(f"/api/{entity}", BODIES[entity]),
        api.get(f"/api/{entity}/{MISSING}"),
        api.patch(f"/api/{entity}/{MISSING}", {}),
        api.delete(f"/api/{entity}/{MISSING}"),
    ):
        assert_problem(response, 401)
    assert read_stored() == before
