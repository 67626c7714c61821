"""The least cost of a request: verify a token, find the caller, run one statement, write JSON.

It lists 20 customers, and reads, creates and changes one. It asks nothing of what it is sent.
"""

import os
import threading
from collections.abc import Callable, Iterable
from typing import Any
from uuid import uuid4

import jwt
import orjson
import psycopg

SECRET = os.environ["JWT_SECRET_KEY"]
NAME = os.environ["JWT_NAME"]
CALLER = """
    SELECT u.id, u.username, u.is_active, s.auth_hash, g.name
    FROM auth_jwt_session s
    JOIN accounts_user u ON u.id = s.user_id
    LEFT JOIN accounts_user_groups ug ON ug.user_id = u.id
    LEFT JOIN auth_group g ON g.id = ug.group_id
    WHERE s.id = %s AND s.revoked_at IS NULL AND s.expires_at > now()
"""
COLUMNS = "id, created_at, updated_at, email, first_name, last_name, phone, address_id"
CUSTOMERS = f"SELECT {COLUMNS} FROM shop_customer ORDER BY id LIMIT 20"  # noqa: S608
CUSTOMER = f"SELECT {COLUMNS} FROM shop_customer WHERE id = %s"  # noqa: S608
INSERT = f"""
    INSERT INTO shop_customer ({COLUMNS})
    VALUES (%s, now(), now(), %s, %s, %s, %s, %s) RETURNING {COLUMNS}
"""  # noqa: S608
UPDATE = f"""
    UPDATE shop_customer SET first_name = %s, phone = %s, updated_at = now()
    WHERE id = %s RETURNING {COLUMNS}
"""  # noqa: S608
WRITTEN = ("email", "first_name", "last_name", "phone", "address")
NAMES = ("id", "createdAt", "updatedAt", "email", "firstName", "lastName", "phone", "address")
of_thread = threading.local()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    try:
        token = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
        claims = jwt.decode(token, SECRET, ["HS256"], audience=NAME, issuer=NAME)
    except jwt.InvalidTokenError:
        return answer(start_response, "401 Unauthorized", [])
    connection = connect()
    caller = connection.execute(CALLER, (claims["sid"],)).fetchall()
    if not caller or not caller[0][2]:
        return answer(start_response, "401 Unauthorized", [])
    key = environ["PATH_INFO"].removeprefix("/api/customers").strip("/")
    if environ["REQUEST_METHOD"] == "POST":
        body = orjson.loads(environ["wsgi.input"].read())
        values = [body.get(name) for name in WRITTEN]
        rows = connection.execute(INSERT, (uuid4(), *values)).fetchall()
        return answer(start_response, "201 Created", shape(rows[0]))
    if environ["REQUEST_METHOD"] == "PATCH":
        body = orjson.loads(environ["wsgi.input"].read())
        rows = connection.execute(UPDATE, (body["first_name"], body["phone"], key)).fetchall()
        return answer(start_response, "200 OK", shape(rows[0]))
    if key:
        rows = connection.execute(CUSTOMER, (key,)).fetchall()
        return answer(start_response, "200 OK", shape(rows[0]))
    rows = connection.execute(CUSTOMERS).fetchall()
    return answer(start_response, "200 OK", [shape(row) for row in rows])


def connect() -> psycopg.Connection:
    """The thread's own connection, which prepares each statement the first time."""
    if not hasattr(of_thread, "connection"):
        of_thread.connection = psycopg.connect(
            os.environ["DATABASE_URL"], autocommit=True, prepare_threshold=0
        )
    return of_thread.connection


def shape(row: tuple[Any, ...]) -> dict[str, Any]:
    shown = dict(zip(NAMES, row, strict=True))
    shown["address"] = shown["address"] and {"id": shown["address"]}
    return shown


def answer(start_response: Callable[..., Any], status: str, data: object) -> Iterable[bytes]:
    body = orjson.dumps(data, option=orjson.OPT_UTC_Z)
    start_response(
        status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    )
    return [body]
