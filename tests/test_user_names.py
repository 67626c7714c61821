"""A user name is one name in every spelling, on every surface."""

from __future__ import annotations

import sys
import unicodedata
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User as DjangosUser
from django.core.management import CommandError, call_command
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from accounts.usernames import fold_username
from auth_core.account_name import key_field, name_key
from auth_core.lockout.guard import name_account
from tests.admin_pages import address_of
from tests.conftest import add_user
from tests.graph import ask_error
from tests.logins import SURFACES, is_locked, is_welcome
from tests.rest import BODIES, assert_problem, find_pointers, read_stored

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_hashes")]
PASSWORD = BODIES["users"]["password"]
CREATE = "mutation ($data: UserCreateInput!) {createUser(data: $data) {id}}"
every_surface = pytest.mark.parametrize("surface", SURFACES)
TAKEN = ("ADA", "\uff21da", "\uff21\uff44\uff41")
HIDDEN = [
    "x\u115f",
    "\u1160x",
    "x\u3164",
    "\uffa0x",
    "x\u200d",
    "x\u2060",
    "\u180ex",
    "x\ufe0f",
    "x\u00ad",
]
MIXED = ["\u0430da", "ad\u0430", "\u0395λa", "김かな", "a\u0661", "p\u03b1ul"]
PLAIN = [
    "ада",
    "Αθήνα",
    "日本ユーザーさん",
    "たなか太郎tanaka",
    "김철수kim",
    "علي",
    "Jürgen",
    "a.b-c+d_e@f1",
]


@pytest.fixture
def ada() -> Any:
    return add_user("ada", "ada", "user", is_staff=True, is_superuser=True)


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(add_user("chief", None, "admin", is_staff=True, is_superuser=True))
    return client


def add_in_admin(staff: Client, name: str) -> Any:
    form = {
        "username": name,
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    return staff.post(address_of(User, "add"), form)


def test_folding_is_final_and_makes_no_name_longer_than_its_column() -> None:
    for number in range(sys.maxunicode + 1):
        folded = fold_username(character := chr(number))
        assert fold_username(folded) == folded, hex(number)
        assert len(folded) <= 3 * len(unicodedata.normalize("NFKC", character)), hex(number)


@pytest.mark.parametrize("name", TAKEN)
def test_a_name_that_is_taken_in_another_spelling_is_a_conflict(
    rest: APIClient, ada: Any, name: str
) -> None:
    other = add_user("grace", None, "user")
    before = read_stored()
    for response in (
        rest.post("/api/users", {"username": name, "password": PASSWORD}),
        rest.patch(f"/api/users/{other.pk}", {"username": name, "firstName": "x"}),
    ):
        problem = assert_problem(response, 409)
        assert problem["detail"] == "User with this username already exists."
        assert [fault["pointer"] for fault in problem["errors"]] == ["#/username"]
    error = ask_error(rest, CREATE, data={"username": name, "password": PASSWORD})
    assert error["extensions"]["code"] == "CONFLICT"
    assert read_stored() == before


@pytest.mark.parametrize("name", TAKEN)
def test_the_admin_says_that_a_name_is_taken_in_another_spelling(
    staff: Client, ada: Any, name: str
) -> None:
    other = add_user("grace", None, "user")
    before = read_stored()
    assert "A user with that username already exists." in add_in_admin(staff, name).text
    changed = staff.post(address_of(User, "change", other.pk), {"username": name})
    assert "A user with that username already exists." in changed.text
    assert read_stored() == before


@pytest.mark.parametrize("name", HIDDEN + MIXED)
def test_a_name_that_looks_like_another_one_is_refused(
    rest: APIClient, staff: Client, name: str
) -> None:
    before = read_stored()
    given = {"username": name, "password": PASSWORD}
    assert set(find_pointers(rest.post("/api/users", given))) == {"#/username"}
    assert ask_error(rest, CREATE, data=given)["extensions"]["errors"][0]["pointer"] == "#/username"
    assert add_in_admin(staff, name).context["adminform"].form.errors["username"]
    with pytest.raises(CommandError):
        call_command("seed_users", username=name, verbosity=0)
    assert read_stored() == before


@pytest.mark.parametrize("name", PLAIN)
def test_a_name_in_one_script_is_kept_as_it_is_written(
    rest: APIClient, staff: Client, name: str
) -> None:
    made = rest.post("/api/users", {"username": name, "password": PASSWORD})
    assert (made.status_code, made.json()["username"]) == (201, unicodedata.normalize("NFKC", name))
    User.objects.filter(pk=made.json()["id"]).delete()
    assert add_in_admin(staff, name).status_code == 302


@every_surface
def test_every_spelling_logs_in(ada: Any, surface: str) -> None:
    for spelling in ("ada", *TAKEN):
        assert is_welcome(surface, SURFACES[surface](spelling, "ada")), spelling


@every_surface
def test_every_spelling_counts_for_the_same_account(ada: Any, surface: str) -> None:
    for spelling in ("ada", *TAKEN, "aDA"):
        assert not is_locked(surface, SURFACES[surface](spelling, "wrong"))
    assert is_locked(surface, SURFACES[surface]("AdA", "ada"))
    assert is_locked(surface, SURFACES[surface]("ada", "ada"))


def test_a_name_is_answered_as_it_is_written_and_filtered_as_it_is(
    rest: APIClient, api: APIClient
) -> None:
    add_user("Grace", "grace", "user")
    login = api.post("/api/login", {"username": "gRACE", "password": "grace"})
    assert login.json()["username"] == "Grace"
    found = [
        len(rest.get(f"/api/users?where[username]={name}").json()) for name in ("Grace", "grace")
    ]
    assert found == [1, 0]


def test_a_known_password_is_known_for_every_spelling(ada: Any) -> None:
    assert [SURFACES["basic"](name, "ada").status_code for name in ("ada", "ADA", "ada")] == [
        200,
        200,
        200,
    ]
    ada.set_password("another")
    ada.save()
    assert SURFACES["basic"]("ADA", "ada").status_code == 401


def test_users_do_not_rename_themselves(ada: Any) -> None:
    client = APIClient()
    client.force_authenticate(ada)
    before = read_stored()
    assert (
        "username"
        in assert_problem(client.patch(f"/api/users/{ada.pk}", {"username": "eve"}), 403)["detail"]
    )
    rename = 'mutation ($id: String!) {updateUser(data: {username: "eve"}, where: {id: $id}) {id}}'
    assert ask_error(client, rename, id=str(ada.pk))["extensions"]["code"] == "FORBIDDEN"
    assert read_stored() == before


def test_an_admin_renames_a_user_to_another_spelling(rest: APIClient, api: APIClient) -> None:
    grace = add_user("grace", "grace", "user")
    assert rest.patch(f"/api/users/{grace.pk}", {"username": "Grace"}).json()["username"] == "Grace"
    assert rest.patch(f"/api/users/{grace.pk}", {"username": "hopper"}).status_code == 200
    statuses = [
        api.post("/api/login", {"username": name, "password": "grace"}).status_code
        for name in ("GRACE", "HOPPER")
    ]
    assert statuses == [401, 201]


# What is written without a form


def test_every_way_to_save_folds_the_name() -> None:
    first = User.objects.create(username="Éva")
    (second,) = User.objects.bulk_create([User(username="Ida")])
    assert read_keys() == ["ida", "éva"]
    first.username = "Eva"
    first.save(update_fields=["username"])
    User.objects.filter(pk=second.pk).update(username="UDO")
    assert read_keys() == ["eva", "udo"]


def read_keys() -> list[str]:
    return sorted(User.objects.values_list("username_key", flat=True))


def test_a_name_by_an_expression_is_refused_rather_than_not_folded() -> None:
    user = User.objects.create(username="ida")
    with pytest.raises(TypeError, match="Save each user"):
        User.objects.bulk_update([user], ["username"])


def test_a_fixture_without_the_folded_name_is_loaded_with_it(tmp_path: Any) -> None:
    User.objects.create(username="Ida")
    dump = tmp_path / "users.json"
    call_command("dumpdata", "accounts.user", output=str(dump))
    dump.write_text(dump.read_text().replace('"username_key": "ida", ', ""))
    User.objects.all().delete()
    call_command("loaddata", str(dump), verbosity=0)
    assert read_keys() == ["ida"]


def test_seeding_keeps_the_user_of_another_spelling(settings: Any) -> None:
    settings.DEBUG = True
    add_user("Root", "kept", "user")
    call_command("seed_users", username="root", verbosity=0)
    root = User.objects.get()
    assert (root.username, root.check_password("kept"), root.roles) == (
        "Root",
        True,
        ["admin", "user"],
    )


def test_createsuperuser_refuses_a_name_that_is_taken(ada: Any) -> None:
    with pytest.raises(CommandError, match="already taken"):
        call_command("createsuperuser", username="ADA", interactive=False, stdout=StringIO())


def test_the_audit_is_asked_by_any_spelling(ada: Any, api: APIClient) -> None:
    api.post("/api/login", {"username": "aDa", "password": "ada"})
    out = StringIO()
    call_command("audit_log", "--user", "ADA", stdout=out)
    assert out.getvalue().count("event=login") == 1


def test_a_user_model_without_a_folded_name_is_counted_as_it_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("auth_core.account_name.get_user_model", lambda: DjangosUser)
    assert (key_field(), name_key("\uff21da")) == ("username", "Ada")
    assert name_account("Ada") != name_account("ada")
