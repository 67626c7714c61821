"""Accounts over REST: passwords, usernames, and who may see and write what."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from rest_framework.test import APIClient

from tests.conftest import add_user
from tests.rest import BODIES, assert_problem, find_pointers, read_stored

NEW = BODIES["users"]
USERS = "/api/users"


@pytest.fixture
def ada(db: None) -> Any:
    """A plain user, who costs no password hash."""
    return add_user("ada", None, "user")


@pytest.fixture
def as_ada(ada: Any) -> APIClient:
    client = APIClient()
    client.force_authenticate(ada)
    return client


def address(user: Any) -> str:
    return f"{USERS}/{user.pk}"


def test_a_password_is_stored_as_an_argon2id_hash(rest: APIClient) -> None:
    made = rest.post(USERS, NEW).json()
    stored = get_user_model().objects.get(pk=made["id"])
    assert stored.password.startswith("argon2$argon2id$")
    assert stored.check_password(NEW["password"])


def test_a_changed_password_is_hashed_too_and_logs_in(
    rest: APIClient, api: APIClient, user: Any
) -> None:
    assert rest.patch(address(user), {"password": "a new and long one"}).status_code == 200
    user.refresh_from_db()
    assert user.password.startswith("argon2$argon2id$")
    assert (
        api.post("/api/login", {"username": "ada", "password": "a new and long one"}).status_code
        == 201
    )
    assert api.post("/api/login", {"username": "ada", "password": "ada"}).status_code == 401


def test_a_password_is_never_answered(rest: APIClient) -> None:
    made = rest.post(USERS, NEW)
    one = f"{USERS}/{made.json()['id']}"
    answers = [
        made,
        rest.get(one),
        rest.get(USERS),
        rest.patch(one, {"password": NEW["password"]}),
        rest.delete(one),
    ]
    for answer in answers:
        assert answer.status_code < 300
        assert not any(word in answer.text for word in ("password", "argon2", NEW["password"]))


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("fourteen-chars", {"password_too_short"}),
        ("qwertyuiopasdfgh", {"password_too_common"}),
        ("123", {"password_too_short", "password_too_common"}),
        ("grace@navy.example", {"password_too_similar"}),
        ("", {"blank"}),
        ("x" * 1025, {"max_length"}),
        (None, {"null"}),
        (12345678901, {"invalid"}),
        (["correct horse battery"], {"invalid"}),
        ("\x00correct horse", {"null_characters_not_allowed"}),
    ],
)
def test_a_bad_password_is_refused_and_not_repeated(
    rest: APIClient, ada: Any, password: Any, codes: set[str]
) -> None:
    before = read_stored()
    change = {"username": NEW["username"], "password": password}
    for response in (rest.post(USERS, NEW | change), rest.patch(address(ada), change)):
        errors = assert_problem(response, 400)["errors"]
        assert {(error["pointer"], error["code"]) for error in errors} == {
            ("#/password", code) for code in codes
        }
        assert len(str(password)) < 4 or str(password) not in response.text
    assert read_stored() == before


def test_a_password_is_compared_with_the_name_that_is_stored(rest: APIClient, ada: Any) -> None:
    rest.patch(address(ada), {"lastName": "Lovelace of Ockham"})
    assert find_pointers(rest.patch(address(ada), {"password": "lovelace of ockham 1"})) == [
        "#/password"
    ]


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "a\n", "a/b", "é\x00", "x" * 151, "🧵", None, 7, ["a"], {"a": 1}, True]
)
def test_a_bad_username_is_refused(rest: APIClient, ada: Any, name: object) -> None:
    before = read_stored()
    assert set(find_pointers(rest.post(USERS, NEW | {"username": name}))) == {"#/username"}
    assert set(find_pointers(rest.patch(address(ada), {"username": name}))) == {"#/username"}
    assert read_stored() == before


@pytest.mark.parametrize("missing", ["username", "password"])
def test_username_and_password_are_needed(rest: APIClient, missing: str) -> None:
    before = read_stored()
    response = rest.post(USERS, {name: value for name, value in NEW.items() if name != missing})
    assert assert_problem(response, 400)["errors"][0]["code"] == "required"
    assert read_stored() == before


@pytest.mark.parametrize(
    "roles", [["root"], ["user", "root"], ["Admin"], [""], [None], [["user"]], "user", {}, None, 1]
)
def test_unknown_roles_are_refused(rest: APIClient, ada: Any, roles: object) -> None:
    before = read_stored()
    for response in (
        rest.post(USERS, NEW | {"roles": roles}),
        rest.patch(address(ada), {"roles": roles}),
    ):
        assert all(pointer.startswith("#/roles") for pointer in find_pointers(response))
    assert read_stored() == before


@pytest.mark.parametrize("roles", [[], ["admin"], ["user", "admin"], ["admin", "admin"]])
def test_an_admin_sets_roles_and_activity(rest: APIClient, ada: Any, roles: list[str]) -> None:
    response = rest.patch(address(ada), {"roles": roles, "isActive": False})
    assert (response.status_code, response.json()["roles"]) == (200, sorted(set(roles)))
    assert rest.get(address(ada)).json()["isActive"] is False


@pytest.mark.parametrize(
    "name",
    ["isStaff", "isSuperuser", "is_staff", "groups", "userPermissions", "lastLogin", "last_name"],
)
def test_other_columns_do_not_exist(rest: APIClient, ada: Any, name: str) -> None:
    before = read_stored()
    assert find_pointers(rest.post(USERS, NEW | {name: True})) == [f"#/{name}"]
    assert find_pointers(rest.patch(address(ada), {name: True, "firstName": "x"})) == [f"#/{name}"]
    assert find_pointers(rest.get(f"{USERS}?where[{name}]=true")) == [f"#/where/{name}"]
    assert read_stored() == before


def test_a_user_sees_and_changes_itself(as_ada: APIClient, ada: Any) -> None:
    seen = as_ada.get(address(ada)).json()
    assert seen["username"] == "ada"
    changed = as_ada.patch(address(ada), {"lastName": "Lovelace"}).json()
    assert changed == seen | {"lastName": "Lovelace", "updatedAt": changed["updatedAt"]}


@pytest.mark.parametrize(
    "change", [{"roles": ["admin"]}, {"roles": []}, {"isActive": False}, {"isActive": True}]
)
def test_a_user_may_not_write_roles_and_activity(
    as_ada: APIClient, ada: Any, change: dict[str, Any]
) -> None:
    before = read_stored()
    response = as_ada.patch(address(ada), {"firstName": "Augusta", **change})
    assert next(iter(change)) in assert_problem(response, 403)["detail"]
    assert read_stored() == before


def test_a_user_neither_sees_nor_touches_others(as_ada: APIClient, rest: APIClient) -> None:
    other = rest.post(USERS, NEW).json()["id"]
    before = read_stored()
    for response in (
        as_ada.get(f"{USERS}/{other}"),
        as_ada.patch(f"{USERS}/{other}", {"firstName": "x"}),
        as_ada.delete(f"{USERS}/{other}"),
        as_ada.get(USERS),
        as_ada.post(USERS, NEW | {"username": "another"}),
    ):
        problem = assert_problem(response, 403, 404)
        assert "grace" not in str(problem)
    assert read_stored() == before


def test_a_user_may_not_delete_itself(as_ada: APIClient, ada: Any) -> None:
    before = read_stored()
    assert_problem(as_ada.delete(address(ada)), 403)
    assert read_stored() == before


def test_a_username_that_is_taken_is_a_conflict(rest: APIClient, ada: Any) -> None:
    other = rest.post(USERS, NEW).json()["id"]
    before = read_stored()
    for response in (
        rest.post(USERS, NEW | {"username": "ada"}),
        rest.patch(f"{USERS}/{other}", {"username": "ada", "firstName": "x"}),
    ):
        assert assert_problem(response, 409)["detail"] == "User with this username already exists."
    assert read_stored() == before


def test_a_user_may_be_given_its_own_name_again(rest: APIClient, ada: Any) -> None:
    assert rest.patch(address(ada), {"username": "ada"}).status_code == 200


def test_users_are_sorted_by_their_roles(rest: APIClient, ada: Any) -> None:
    names = [
        found["username"]
        for found in rest.get(f"{USERS}?orderBy[roles]=desc&orderBy[username]=asc").json()
    ]
    assert names == ["ada", "root"]


@pytest.mark.parametrize(
    "query", ["where[password][startsWith]=a", "where[password]=a", "orderBy[password]=asc"]
)
def test_nobody_filters_or_sorts_by_the_password(rest: APIClient, query: str) -> None:
    assert [pointer.split("/")[2] for pointer in find_pointers(rest.get(f"{USERS}?{query}"))] == [
        "password"
    ]


def test_names_that_look_the_same_are_one_account(
    rest: APIClient, ada: Any, api: APIClient
) -> None:
    assert (
        rest.post(USERS, {"username": "\uff41da", "password": NEW["password"]}).status_code == 409
    )
    assert (
        rest.post(USERS, {"username": "\uff45va", "password": NEW["password"]}).json()["username"]
        == "eva"
    )
    for spelling in ("eva", "\uff45va"):
        assert (
            api.post("/api/login", {"username": spelling, "password": NEW["password"]}).status_code
            == 201
        )
