"""Each single-use token sent by 64 clients at once, to two server processes: one of them succeeds."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.processes import find_free_port, run_python, serve

pytestmark = pytest.mark.exhaustive
CLIENTS = 64
NEW = "another password that nobody has"
ISSUE = """
import django; django.setup()
from django.contrib.auth import get_user_model
from auth_accounts.models import Purpose
from auth_accounts.tokens import issue_token
user = get_user_model()(username="ada", email="ada@example.org")
user.set_password("the first password of Ada")
user.save()
more = {"user": user}
print(issue_token(Purpose.SIGN_UP, "grace@example.org", username="grace", password=user.password))
print(issue_token(Purpose.EMAIL, "countess@example.org", **more))
print(issue_token(Purpose.INVITATION, "guest@example.org", role="user"))
"""
LINKS = """
import django; django.setup()
from django.contrib.auth import get_user_model
from auth_accounts.models import Purpose
from auth_accounts.tokens import issue_token
user = get_user_model().objects.create(username="ada", email="ada@example.org")
for number in range(4):
    print(issue_token(Purpose.EMAIL, f"countess{number}@example.org", user=user))
    facts = {"username": f"grace{number}", "password": "!"}
    print(issue_token(Purpose.SIGN_UP, "grace@example.org", **facts))
"""
RESET = """
import django; django.setup()
from django.contrib.auth import get_user_model
from auth_accounts.models import Purpose
from auth_accounts.tokens import issue_token
user = get_user_model().objects.get(username="ada")
print(issue_token(Purpose.RESET, user.email, user=user))
"""
COUNT = """
import django; django.setup()
from django.contrib.auth import get_user_model
from auth_accounts.models import AccountToken, EmailAddress
from auth_core.models import AuthEvent
resets = AuthEvent.objects.filter(event="password_reset").count()
print(get_user_model().objects.count(), EmailAddress.objects.count(), AccountToken.objects.count(), resets)
"""


@pytest.fixture
def environment(migrated_url: str) -> dict[str, str]:
    # The counters in a Redis would outlive the test.
    return {"DATABASE_URL": migrated_url, "DEBUG": "true", "REDIS_URL": "", "SIGN_UP": "open"}


@pytest.fixture
def address(environment: dict[str, str]) -> Iterator[str]:
    with serve(find_free_port(), CLIENTS // 2, **environment) as address:
        yield address


def run(code: str, environment: dict[str, str]) -> list[str]:
    done = run_python("-c", code, DJANGO_SETTINGS_MODULE="tests.settings", **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def send(address: str, path: str, body: dict[str, str]) -> int:
    url = urlsplit(address)
    connection = HTTPConnection(str(url.hostname), url.port or 0, timeout=60)
    head = {"Content-Type": "application/json", "Host": "localhost"}
    connection.request("POST", path, json.dumps(body), head)
    status = connection.getresponse().status
    connection.close()
    return status


def race(address: str, path: str, **body: Any) -> Counter[int]:
    return race_bodies(
        address,
        path,
        [{name: value.format(number) for name, value in body.items()} for number in range(CLIENTS)],
    )


def race_bodies(address: str, path: str, bodies: list[dict[str, str]]) -> Counter[int]:
    with ThreadPoolExecutor(CLIENTS) as pool:
        return Counter(pool.map(lambda each: send(address, path, each), bodies))


def test_one_of_64_succeeds(environment: dict[str, str], address: str) -> None:
    verify, email, invitation = run(ISSUE, environment)
    assert race(address, "/api/register/verify", token=verify) == {204: 1, 400: CLIENTS - 1}
    assert race(address, "/api/me/email/confirm", token=email) == {204: 1, 400: CLIENTS - 1}
    (reset,) = run(RESET, environment)
    found = race(address, "/api/password/reset/confirm", token=reset, newPassword=NEW)
    # Some wait too long for their turn to hash.
    assert (found[204], found[400] + found[503]) == (1, CLIENTS - 1)
    guest = {"email": "guest@example.org", "username": "guest{}", "password": NEW}
    found = race(address, "/api/register", invitation=invitation, **guest)
    # The recipient's requests are throttled as well.
    assert (found[202], found[400] + found[429] + found[503]) == (1, CLIENTS - 1)
    assert run(COUNT, environment) == ["3", "3", "0", "1"]


@pytest.mark.parametrize(
    ("path", "first"), [("/api/me/email/confirm", 0), ("/api/register/verify", 1)]
)
def test_links_that_end_each_other_do_not_wait_for_each_other(
    environment: dict[str, str], address: str, path: str, first: int
) -> None:
    """With locks in several orders that was a deadlock, and 503 after seconds."""
    bodies = [{"token": token} for token in run(LINKS, environment)[first::2]]
    found = race_bodies(address, path, bodies * (CLIENTS // 4))
    assert found == {204: 1, 400: CLIENTS - 1}
