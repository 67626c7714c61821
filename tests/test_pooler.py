"""The service behind PgBouncer in transaction mode, of whatever version."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tests.pooler import pool
from tests.processes import find_free_port, serve
from tests.test_waits import send

pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="PgBouncer is for PostgreSQL"
)


@pytest.mark.parametrize("option", ["", "?prepare_threshold=none"])
def test_many_clients_share_two_sessions_and_each_gets_its_own(
    seeded_url: str, option: str
) -> None:
    with pool(seeded_url) as url:
        environment = {"DATABASE_URL": url + option, "DEBUG": "true"}
        with serve(find_free_port(), 4, **environment) as address, ThreadPoolExecutor(8) as threads:
            login = send(f"{address}/api/login", {"username": "admin", "password": "admin"})[2]

            def write_and_read(number: int) -> bool:
                """Ask for what has the same number of parameters: rows of two entities by their
                ids.
                """
                token = login["accessToken"]
                customer = send(f"{address}/api/customers", {"firstName": f"No {number}"}, token)[2]
                product = send(f"{address}/api/products", {"name": f"No {number}"}, token)[2]
                found = send(f"{address}/api/customers/{customer['id']}", token=token)[2]
                other = send(f"{address}/api/products/{product['id']}", token=token)[2]
                return bool((found["firstName"], other["name"]) == (f"No {number}",) * 2)

            assert all(threads.map(write_and_read, range(60)))
