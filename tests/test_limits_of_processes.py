"""Limits across the two processes of a server."""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from secrets import token_hex

import pytest

from tests.environment import require
from tests.processes import find_free_port, serve

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]
LIMIT = 10


def ask(address: str, client: str) -> int:
    request = urllib.request.Request(
        f"{address}/api/customers", headers={"X-Forwarded-For": client, "Connection": "close"}
    )
    try:
        return int(urllib.request.urlopen(request, timeout=30).status)
    except urllib.error.HTTPError as error:
        return error.code


def count_answers(database_url: str, **environment: str) -> Counter[int]:
    """Return the statuses of sixty requests of a new client, some of them at once."""
    client = f"2001:db8:{token_hex(2)}:{token_hex(2)}::1"
    limits = {"THROTTLE_ANONYMOUS": f"{LIMIT}/hour", "TRUSTED_PROXIES": "127.0.0.1"}
    with (
        serve(find_free_port(), 4, **limits, **environment, DATABASE_URL=database_url) as address,
        ThreadPoolExecutor(8) as pool,
    ):
        return Counter(pool.map(lambda _: ask(address, client), range(60)))


def test_they_share_a_limit_in_redis(migrated_url: str) -> None:
    url = os.environ.get("TEST_REDIS_URL", "")
    require(url, "Redis")
    assert count_answers(migrated_url, REDIS_URL=url) == {401: LIMIT, 429: 60 - LIMIT}


def test_without_redis_each_has_its_own(migrated_url: str) -> None:
    answers = count_answers(migrated_url, REDIS_URL="")
    assert LIMIT <= answers[401] <= 2 * LIMIT
    assert answers[401] + answers[429] == 60
