"""The rows of a benchmark: made by PostgreSQL itself, a million in a minute.

A row's values depend on its number alone, its id as well: a UUIDv7 whose time is the row's number
in milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import md5

import psycopg

# 2023-11-14, in milliseconds. Rows that a benchmark itself creates are later.
EPOCH = 1_700_000_000_000
MADE_LATER = datetime(2025, 1, 1, tzinfo=UTC)

FUNCTIONS = """
CREATE FUNCTION pg_temp.make_id(kind text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex(%(epoch)s + n), 12, '0') || '7' || substr(md5(kind || n), 1, 3) || '8'
            || substr(md5(kind || n), 4, 15))::uuid
$$;
CREATE FUNCTION pg_temp.make_time(n bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
    SELECT to_timestamp((%(epoch)s + n) / 1000.0)
$$;
CREATE FUNCTION pg_temp.pick(choices text[], n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT choices[1 + n %% array_length(choices, 1)]
$$
"""
ADDRESSES = """
INSERT INTO shop_address (id, created_at, updated_at, address_1, address_2, city, state, zip)
SELECT pg_temp.make_id('address', n), pg_temp.make_time(n), pg_temp.make_time(n),
       n %% 400 || ' ' || pg_temp.pick(%(streets)s, n * 7), CASE WHEN n %% 3 = 0 THEN 'Apartment ' || n %% 60 END,
       pg_temp.pick(%(cities)s, n), pg_temp.pick(%(states)s, n), 10000 + n %% 80000
FROM generate_series(%(first)s::bigint, %(last)s::bigint) n WHERE n %% 10 <> 9
"""
CUSTOMERS = """
INSERT INTO shop_customer (id, created_at, updated_at, email, first_name, last_name, phone, address_id{column})
SELECT pg_temp.make_id('customer', n), pg_temp.make_time(n), pg_temp.make_time(n), 'customer.' || n || '@example.com',
       pg_temp.pick(%(first_names)s, n * 5), pg_temp.pick(%(last_names)s, n * 3), '+1' || 201 + n %% 789 || '5550100',
       CASE WHEN n %% 10 <> 9 THEN pg_temp.make_id('address', n) END{value}
FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
"""
PRODUCTS = """
INSERT INTO shop_product (id, created_at, updated_at, name, item_price)
SELECT pg_temp.make_id('product', n), pg_temp.make_time(n), pg_temp.make_time(n), 'Product ' || n, n * 1.5
FROM generate_series(0, 9) n
"""
ORDERS = """
INSERT INTO shop_order (id, created_at, updated_at, quantity, customer_id, product_id)
SELECT pg_temp.make_id('order', n), pg_temp.make_time(n), pg_temp.make_time(n), n %% 9,
       pg_temp.make_id('customer', n / 5), pg_temp.make_id('product', n %% 10)
FROM generate_series(0, %(last)s::bigint) n
"""
WORDS = {
    "streets": ["Birch Lane", "Canal Street", "Elm Street", "Hill Road", "Mill Lane", "Park Row"],
    "cities": ["Atlanta", "Boston", "Chicago", "Denver", "Española", "Mayagüez", "Portland"],
    "states": ["Georgia", "Illinois", "Maine", "New Mexico", "Oregon", "Puerto Rico", "Texas"],
    "first_names": [
        "Ada",
        "Björn",
        "Chloë",
        "Daniel",
        "Elif",
        "Grace",
        "Hana",
        "José",
        "Kwame",
        "Łukasz",
        "Nadia",
        "Yusuf",
    ],
    "last_names": [
        "Abebe",
        "Byron",
        "García",
        "Hopper",
        "Jansen",
        "Kowalski",
        "Lovelace",
        "Sato",
        "Silva",
        "Young",
    ],
}


def make_id(kind: str, number: int) -> str:
    """Return the id of the row with this number, as the database makes it."""
    salt = md5(f"{kind}{number}".encode(), usedforsecurity=False).hexdigest()
    text = f"{EPOCH + number:012x}7{salt[:3]}8{salt[3:18]}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def has_address(number: int) -> bool:
    return number % 10 != 9


def add_customers(url: str, first: int, count: int, owner: str | None = None) -> None:
    """Add customers, numbered from `first`. Every second customer gets the owner, if given."""
    column, value = (
        (", owner_id", ", CASE WHEN n %% 2 = 0 THEN %(owner)s::uuid END") if owner else ("", "")
    )
    arguments = {**WORDS, "first": first, "last": first + count - 1, "owner": owner}
    with (
        psycopg.connect(url, autocommit=True) as connection,
        psycopg.ClientCursor(connection) as cursor,
    ):
        cursor.execute(FUNCTIONS, {"epoch": EPOCH})
        cursor.execute(ADDRESSES, arguments)
        cursor.execute(CUSTOMERS.format(column=column, value=value), arguments)
        settle(cursor)


def add_orders(url: str, count: int) -> None:
    """Add ten products, and orders of them, five for each of the first customers."""
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = psycopg.ClientCursor(connection)
        cursor.execute(FUNCTIONS, {"epoch": EPOCH})
        cursor.execute(PRODUCTS)
        cursor.execute(ORDERS, {"last": count - 1})
        cursor.execute("VACUUM ANALYZE shop_order")


def remove_made(urls: Iterable[str]) -> None:
    """Delete the customers that a benchmark created, so that the next finds the table as it was."""
    for url in urls:
        with psycopg.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
            cursor.execute("DELETE FROM shop_customer WHERE created_at > %s", (MADE_LATER,))
            settle(cursor)


def settle(cursor: psycopg.Cursor) -> None:
    """Do now what PostgreSQL would otherwise begin in the midst of a measurement."""
    cursor.execute("VACUUM ANALYZE shop_customer")
    cursor.execute("VACUUM ANALYZE shop_address")
