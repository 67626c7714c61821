"""A code that 64 clients send at once, to two server processes: one of them logs in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.plugins.test_accounts_races import CLIENTS, race, run
from tests.processes import find_free_port, serve

pytestmark = pytest.mark.exhaustive
BEGIN = """
import django; django.setup()
from django.contrib.auth import get_user_model
from auth_magic.waiting import begin, make_client
user = get_user_model()(username="ada", email="ada@example.org")
user.set_password("the first password of Ada")
user.save()
client = make_client(user.email)
print(client, *begin(user, client))
"""
COUNT = """
import django; django.setup()
from auth_core.models import AuthEvent
print(AuthEvent.objects.filter(event="login").count())
"""


@pytest.fixture
def environment(migrated_url: str) -> dict[str, str]:
    # The counters in a Redis would outlive the test.
    return {"DATABASE_URL": migrated_url, "DEBUG": "true", "REDIS_URL": ""}


@pytest.fixture
def address(environment: dict[str, str]) -> Iterator[str]:
    with serve(find_free_port(), CLIENTS // 2, **environment) as address:
        yield address


def test_one_of_64_logs_in(environment: dict[str, str], address: str) -> None:
    client, _, code = run(BEGIN, environment)
    found = race(address, "/api/login/magic/confirm", token=code, client=client)
    # The others lock the account, as wrong passwords do.
    assert (found[201], found[401] + found[429] + found[503]) == (1, CLIENTS - 1)
    assert run(COUNT, environment) == ["1"]
