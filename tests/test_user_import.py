"""`manage.py import_users`: accounts of another system, with the hashes that it kept."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import bcrypt
import pytest
from argon2 import PasswordHasher
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.core.management import CommandError, call_command

from tests.logins import SURFACES, is_welcome, try_rest

SECRET = "correct horse battery"
COST = 4
# A fixed salt: the names of tests must be the same in each of pytest's processes.
PLAIN = bcrypt.hashpw(SECRET.encode(), b"$2b$04$abcdefghijklmnopqrstuu").decode()
User = get_user_model()


def run(path: Path, text: str, *options: str) -> str:
    path.write_text(text, encoding="utf-8")
    output = StringIO()
    call_command("import_users", path, *options, stdout=output)
    return output.getvalue()


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    return tmp_path / "users.csv"


@pytest.fixture
def jsonl(tmp_path: Path) -> Path:
    return tmp_path / "users.jsonl"


@pytest.mark.django_db
@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("version", ["2a", "2b", "2y"])
def test_a_plain_bcrypt_hash_opens_every_surface(csv: Path, version: str, surface: str) -> None:
    run(csv, f"username,password_hash,roles\nada,{PLAIN.replace('2b', version, 1)},admin\n")
    assert is_welcome(surface, SURFACES[surface]("ada", SECRET))
    assert not is_welcome(surface, SURFACES[surface]("ada", SECRET + "x"))


@pytest.mark.django_db
def test_a_brought_hash_is_replaced_at_the_first_login(csv: Path) -> None:
    run(csv, f"username,password_hash\nada,{PLAIN}\n")
    assert try_rest("ada", SECRET).status_code == 201
    assert User.objects.get().password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert try_rest("ada", SECRET).status_code == 201


@pytest.mark.django_db
def test_plain_bcrypt_reads_72_bytes_as_it_did_where_it_was_made(csv: Path) -> None:
    long = "x" * 71 + "é" + "tail"
    made = bcrypt.hashpw(long.encode()[:72], bcrypt.gensalt(COST)).decode()
    run(csv, f"username,password_hash\nada,{made}\n")
    assert try_rest("ada", long).status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize(
    "algorithm", ["argon2", "pbkdf2_sha256", "pbkdf2_sha1", "scrypt", "bcrypt_sha256", "bcrypt"]
)
def test_hashes_of_every_configured_algorithm_open(jsonl: Path, algorithm: str) -> None:
    salt: Any = bcrypt.gensalt(COST) if algorithm.startswith("bcrypt") else None
    encoded = make_password(SECRET, salt, algorithm)
    run(jsonl, json.dumps({"username": "ada", "password_hash": encoded}))
    assert try_rest("ada", SECRET).status_code == 201
    assert try_rest("ada", "wrong").status_code == 401


@pytest.mark.django_db
def test_a_phc_string_of_argon2_opens(jsonl: Path) -> None:
    run(
        jsonl,
        json.dumps({"username": "ada", "password_hash": PasswordHasher(1, 64, 2).hash(SECRET)}),
    )
    assert try_rest("ada", SECRET).status_code == 201


@pytest.mark.django_db
def test_all_columns_are_taken_over(csv: Path, jsonl: Path) -> None:
    header = "username,email,password_hash,roles,is_active,first_name,last_name\n"
    assert (
        run(csv, f"{header}ada,ada@example.org,,admin;user,false,Ada,Lovelace\n")
        == "1 users imported.\n"
    )
    run(
        jsonl,
        '{"username": "bob", "roles": ["user"], "is_active": true}\n\n{"username": "eve", "email": null}\n',
    )
    ada, bob, eve = User.objects.order_by("username")
    assert (ada.email, ada.first_name, ada.last_name) == ("ada@example.org", "Ada", "Lovelace")
    assert (ada.is_active, ada.roles, ada.has_usable_password()) == (
        False,
        ["admin", "user"],
        False,
    )
    assert (ada.is_staff, bob.is_staff, eve.is_staff) == (True, False, False)
    assert (bob.is_active, bob.roles, eve.roles, eve.email) == (True, ["user"], [], None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("username\nada\nada\n", "Line 3: username: A user with that username already exists."),
        ("username\nada\n\n a b\n", "Line 4: username: Enter a valid username."),
        ("username\nada\n''\n", "Line 3: username: Enter a valid username."),
        ("username,password\nada,x\n", "Line 2: Unknown columns: password."),
        ("username,roles\nada,root\n", "Line 2: Unknown roles: root. Known: admin, user."),
        ("username,is_active\nada,maybe\n", "Line 2: is_active must be true or false."),
        ("username,email\nada,nobody\n", "Line 2: email: Enter a valid email address."),
        ("username,email\nada\n", "Line 2: It has more or fewer columns than the first line."),
        ("username\nada,x\n", "Line 2: It has more or fewer columns than the first line."),
        ('username\n"ada\n', "It is no CSV"),
        (f"username,password_hash\nada,{PLAIN[:-1]}\n", "Line 2: password_hash is in no form"),
        ("username,password_hash\nada,hunter2\n", "Line 2: password_hash is in no form"),
        (
            "username,password_hash\nada,md5$salt$5f4dcc3b5aa765d61d8327deb882cf99\n",
            "password_hash is in no form",
        ),
        (
            "username,password_hash\nada,pbkdf2_sha256$many$salt$hash\n",
            "password_hash is in no form",
        ),
        (
            "username,password_hash\nada,pbkdf2_sha256$-5$salt$hash\n",
            "Line 2: password_hash has a cost below 1.",
        ),
        (
            "username,password_hash\nada,scrypt$0$salt$8$1$hash\n",
            "Line 2: password_hash has a cost below 1.",
        ),
        ("username,password_hash\nada,pbkdf2_sha256$99999999$salt$hash\n", "would take too long"),
        (f"username,password_hash\nada,{PLAIN.replace('$04$', '$31$')}\n", "would take too long"),
        (
            f"username,password_hash\nada,pbkdf2_sha256$1$salt${'h' * 200}\n",
            "password_hash is too long",
        ),
        (
            'username,password_hash\nada,"$argon2id$v=19$m=8,t=9999999,p=1$c2FsdHNhbHQ$aGFzaA"\n',
            "too long or too much",
        ),
        ("username,password_hash\nada,scrypt$131072$salt$8$1$hash\n", "too long or too much"),
        ("username,password_hash\nada,scrypt$65536$salt$1$99999$hash\n", "too long or too much"),
        ("username,username\nada,eve\n", "Line 1: It names a column twice."),
    ],
)
def test_a_faulty_line_is_named_and_nothing_is_imported(csv: Path, text: str, fault: str) -> None:
    with pytest.raises(CommandError) as stop:
        run(csv, text)
    assert fault in str(stop.value)
    assert str(stop.value).endswith("Nothing was imported.")
    assert not User.objects.exists()
    assert PLAIN[7:20] not in str(stop.value)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text",
    [
        "no json",
        pytest.param("[" * 100_000, id="deep"),
        "[1]",
        '{"username": 1}',
        '{"username": "ada", "roles": {"a": 1}}',
        "{}",
        r'{"username": "ada", "first_name": "A\u0000"}',
        r'{"username": "ada", "first_name": "\ud800"}',
        r'{"username": "ada", "password_hash": "pbkdf2_sha256$1$a\u0000$b"}',
        r'{"username": "ada", "password_hash": "pbkdf2_sha256$1$a\ud800$b"}',
    ],
)
def test_a_line_that_is_no_account_is_named(jsonl: Path, text: str) -> None:
    with pytest.raises(CommandError, match=r"^Line 1: .* Nothing was imported\.$"):
        run(jsonl, text)


@pytest.mark.django_db
@pytest.mark.parametrize("options", [(), ("--dry-run",)])
@pytest.mark.parametrize("text", ["", "\n", "username,email\n"])
def test_a_file_without_users_is_refused(csv: Path, text: str, options: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match=r"has no users\. Nothing was") as refused:
        run(csv, text, *options)
    assert refused.value.returncode == 1


@pytest.mark.django_db
def test_a_dry_run_stores_nothing(csv: Path) -> None:
    assert run(csv, "username\nada\n", "--dry-run") == "1 users can be imported.\n"
    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["absent.csv", "users.txt", "absent.jsonl"])
def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path, name: str) -> None:
    with pytest.raises(CommandError, match=name):
        call_command("import_users", tmp_path / name)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "stored",
    [
        "argon2$argon2id$v=19$m=8,t=1,p=1$nonsense",
        "argon2$argon2id$v=19$m=99999999999,t=1,p=1$c2FsdHNhbHQ$uSEuGlB3UrnSLjF8zAKuBw",
        "pbkdf2_sha256$many$salt$hash",
        "bcrypt$$2b$99$short",
        "bcrypt_sha256$",
        "scrypt$3$salt$8$1$uSEuGlB3UrnSLjF8zAKuBw==",
        "unknown$1$2",
        "",
        "!",
    ],
)
@pytest.mark.parametrize("surface", SURFACES)
def test_a_stored_hash_that_cannot_be_read_is_a_wrong_password(
    admin: Any, stored: str, surface: str
) -> None:
    User.objects.update(password=stored)
    response = SURFACES[surface]("admin", "admin")
    assert response.status_code in (200, 401)
    assert not is_welcome(surface, response)
