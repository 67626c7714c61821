"""`seed_users`: who is made, who is refused, and what an existing user keeps."""

import os
import subprocess
import sys
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core.management import CommandError, call_command

from accounts.models import User
from tests.processes import ROOT

pytestmark = pytest.mark.django_db
STRONG = "analytical-engine"


def seed(*arguments: str) -> str:
    output = StringIO()
    call_command("seed_users", *arguments, stdout=output)
    return output.getvalue()


@pytest.fixture
def development(settings: Any) -> None:
    settings.DEBUG = True
    # Nothing here is about the cost of a hash.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def test_it_makes_admin_admin(development: None) -> None:
    assert seed() == "User 'admin' with the role 'admin': made.\n"
    admin = User.objects.get()
    assert (admin.username, admin.check_password("admin"), admin.roles) == (
        "admin",
        True,
        ["admin"],
    )
    assert (admin.is_staff, admin.is_superuser, admin.is_active) == (True, True, True)


def test_only_the_role_admin_opens_the_admin(development: None) -> None:
    seed("--username", "ada", "--password", "x", "--email", "ada@example.org", "--role", "user")
    ada = User.objects.get()
    assert (ada.username, ada.email, ada.roles, ada.check_password("x")) == (
        "ada",
        "ada@example.org",
        ["user"],
        True,
    )
    assert (ada.is_staff, ada.is_superuser) == (False, False)


def test_per_role_makes_one_user_for_each(development: None, settings: Any) -> None:
    seed("--per-role")
    users = User.objects.order_by("username")
    assert [(user.username, user.roles) for user in users] == [
        (role, [role]) for role in sorted(settings.ROLES)
    ]
    assert all(user.check_password(user.username) for user in users)


def test_an_existing_user_keeps_its_password_and_gets_the_role(development: None) -> None:
    User.objects.create_user("admin", password="mine", email="a@example.org")
    assert "keeps its password" in seed("--password", "other", "--email", "b@example.org")
    admin = User.objects.get()
    assert (admin.check_password("mine"), admin.email, admin.roles) == (
        True,
        "a@example.org",
        ["admin"],
    )
    assert admin.is_superuser


def test_a_right_that_was_taken_is_not_given_back(development: None) -> None:
    seed()
    User.objects.update(is_superuser=False, is_active=False)
    seed()
    assert User.objects.filter(is_superuser=False, is_active=False).count() == 1


def test_an_existing_user_costs_no_hash(development: None, monkeypatch: pytest.MonkeyPatch) -> None:
    seed()
    monkeypatch.setattr("accounts.passwords.make_password", lambda password: pytest.fail("hashed"))
    assert "keeps" in seed()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            ["--role", "root"],
            "There is no role 'root'. Choose one of: admin, user (settings.ROLES).",
        ),
        (["--role", ""], "role is empty"),
        (["--per-role", "--username", "ada"], "leave out --username"),
        (["--per-role", "--email", "a@b.cd", "--role", "user"], "leave out --email and --role"),
        (["--username", "a b"], "Enter a valid username"),
        (["--username", ""], "username is empty"),
        (["--username", "a" * 151], "at most 150 characters"),
        (["--email", "nonsense"], "Enter a valid email address"),
        (["--password", ""], "The new user 'admin' needs a password: choose one with --password."),
    ],
)
def test_it_refuses_and_makes_nobody(development: None, arguments: list[str], text: str) -> None:
    with pytest.raises(CommandError) as refusal:
        seed(*arguments)
    assert text in str(refusal.value)
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "arguments",
    [["--password", "admin"], ["--password", "12345678"], ["--password", "fourteen chars"]],
)
def test_without_debug_a_password_that_can_be_guessed_is_refused(arguments: list[str]) -> None:
    with pytest.raises(CommandError, match="password"):
        seed(*arguments)
    assert not User.objects.exists()


def test_without_debug_the_default_is_random_and_printed_once() -> None:
    printed = seed("--verbosity", "0")
    password = printed.removesuffix(".\n").rpartition("with the password ")[2]
    assert User.objects.get().check_password(password)
    assert len(password) == 24
    assert password not in seed()
    assert len(set(seed("--per-role").split("with the password "))) == 2


def test_without_debug_a_good_password_makes_the_user() -> None:
    seed("--password", STRONG)
    assert User.objects.get().check_password(STRONG)


def test_without_debug_an_existing_user_gets_a_role_without_a_password() -> None:
    User.objects.create(username="ada", password=make_password(None))
    seed("--username", "ada", "--role", "user")
    assert User.objects.get().roles == ["user"]


@pytest.mark.parametrize("piped", [f"{STRONG}\n", f"{STRONG}\r\n", STRONG])
def test_a_password_comes_from_a_pipe(monkeypatch: pytest.MonkeyPatch, piped: str) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(piped))
    seed("--password", "-")
    assert User.objects.get().check_password(STRONG)


@pytest.mark.exhaustive
def test_run_twice_at_once_it_makes_one_user(migrated_url: str) -> None:
    environment = {"DATABASE_URL": migrated_url, "DEBUG": "true"}
    command = [sys.executable, "manage.py", "seed_users"]
    started = [
        subprocess.Popen(
            command, cwd=ROOT, env=os.environ | environment, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    outcomes = [process.communicate(timeout=60)[0] for process in started]
    assert [process.returncode for process in started] == [0, 0, 0]
    assert sorted("made" in outcome for outcome in outcomes) == [False, False, True]
