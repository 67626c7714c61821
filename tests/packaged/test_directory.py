"""Passwords of a directory (LDAP), by django-python3-ldap against a real server."""

from __future__ import annotations

import shutil
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from signal import SIGCONT, SIGSTOP
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client

from auth_core.lockout.repeats import verified_passwords
from auth_core.models import AuthEvent
from auth_core.testing import Headers, ProviderKit
from auth_core.testing.facts import NAME, find_code
from runtime.plugins import list_backends
from tests.environment import require
from tests.node_process import FOLDER, install_packages

pytestmark = [pytest.mark.exhaustive, pytest.mark.django_db]
# Other than the stored one.
PASSWORD = "a password of the directory"
CREDENTIALS = {"username": NAME, "password": PASSWORD}
BASIC = {"Authorization": f"Basic {b64encode(f'{NAME}:{PASSWORD}'.encode()).decode()}"}
LOGIN = "mutation ($given: Credentials!) { login(credentials: $given) { username accessToken } }"


class Directory:
    """A server of LDAP that knows one person."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            ["node", "directory.mjs", NAME, PASSWORD, "user"],
            cwd=FOLDER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = f"ldap://127.0.0.1:{self._read()}"

    def _read(self) -> str:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, "the directory has ended"
        return line.strip()

    def send(self, line: str) -> int:
        """Send it a line, and return how many binds it was asked for since the last."""
        assert self.process.stdin
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        binds = 0
        while self._read() != "done":
            binds += 1
        return binds

    def count(self) -> int:
        return self.send("")


@pytest.fixture(scope="module")
def server() -> Iterator[Directory]:
    require(shutil.which("node") and shutil.which("npm"), "Node")
    install_packages(FOLDER)
    directory = Directory()
    yield directory
    directory.process.kill()
    directory.process.communicate()


@pytest.fixture
def directory(server: Directory, settings: Any) -> Iterator[Directory]:
    """Let the plugin's backend be asked, as AUTH_PLUGINS does."""
    own = settings.AUTHENTICATION_BACKENDS
    settings.AUTHENTICATION_BACKENDS = [*own, *list_backends(["tests.packaged.directory"])]
    settings.LDAP_AUTH_URL = server.url
    Group.objects.get_or_create(name="user")
    server.send(f"password {PASSWORD}")
    yield server
    server.send(f"password {PASSWORD}")


class TestDirectory(ProviderKit):
    """Basic, with the passwords of a directory."""

    name = "auth_basic"
    takes_passwords = True

    @pytest.fixture(autouse=True)
    def asked(self, directory: Directory) -> None:
        """Let the plugin's backend be asked."""

    def make_headers(self, user: Any) -> Headers:
        return BASIC

    def test_the_caller_has_the_roles_of_the_user(self, caller: Any, headers: Headers) -> None:
        """Of the directory's."""
        assert self.ask(headers).json()["roles"] == ["user"]


def send(path: str, body: Any, headers: Headers | None = None) -> Any:
    return Client().post(path, body, content_type="application/json", headers=headers or {})


def test_a_first_login_makes_the_account_with_its_roles(directory: Directory) -> None:
    answer = send("/api/login", CREDENTIALS).json()
    assert (answer["username"], answer["roles"], answer["tokenType"]) == (NAME, ["user"], "Bearer")
    found = send("/graphql", {"query": LOGIN, "variables": {"given": CREDENTIALS}}).json()
    assert found["data"]["login"]["username"] == NAME
    user = get_user_model().objects.get()
    assert (user.email, user.has_usable_password()) == (f"{NAME}@example.org", False)
    assert AuthEvent.objects.filter(event="login", user_id=user.pk).count() == 2


def test_wrong_passwords_lock_the_account_and_are_audited(directory: Directory) -> None:
    send("/api/login", CREDENTIALS)
    wrong = [{**CREDENTIALS, "password": f"wrong {number}"} for number in range(6)]
    assert [send("/api/login", each).status_code for each in wrong] == [401] * 5 + [429]
    assert send("/api/login", CREDENTIALS).status_code == 429
    details = AuthEvent.objects.filter(event="failure").values_list("detail", flat=True)
    assert sorted(details) == ["locked", *["wrong_password"] * 5]


def test_basic_binds_once_not_at_each_request(directory: Directory) -> None:
    directory.count()
    answers = [Client().get("/api/me", headers=BASIC).status_code for _ in range(5)]
    assert (answers, directory.count()) == ([200] * 5, 1)


def test_a_new_password_of_the_directory_counts_after_five_minutes(directory: Directory) -> None:
    assert Client().get("/api/me", headers=BASIC).status_code == 200
    directory.send("password another")
    assert Client().get("/api/me", headers=BASIC).status_code == 200
    # As time does.
    verified_passwords.clear()
    assert Client().get("/api/me", headers=BASIC).status_code == 401


def test_its_password_is_not_changed_here(directory: Directory) -> None:
    token = send("/api/login", CREDENTIALS).json()["accessToken"]
    body = {"currentPassword": PASSWORD, "newPassword": "a password of our own"}
    answer = send("/api/me/password", body, {"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403
    assert not get_user_model().objects.get().has_usable_password()


@pytest.mark.parametrize("how", ["silent", "gone"])
def test_a_directory_that_does_not_answer_is_a_503(
    directory: Directory, settings: Any, how: str
) -> None:
    get_user_model().objects.create_user("local", password="a password of ours")
    settings.LDAP_AUTH_RECEIVE_TIMEOUT = 1
    if how == "gone":
        settings.LDAP_AUTH_URL = "ldap://127.0.0.1:1"
    directory.process.send_signal(SIGSTOP)
    try:
        answer = send("/api/login", CREDENTIALS)
        found = send("/graphql", {"query": LOGIN, "variables": {"given": CREDENTIALS}}).json()
        local = {"username": "local", "password": "a password of ours"}
        assert send("/api/login", local).status_code == 201
    finally:
        directory.process.send_signal(SIGCONT)
    assert (answer.status_code, find_code(found)) == (503, "SERVICE_UNAVAILABLE")
    assert not AuthEvent.objects.filter(event="failure").exists()
