"""Another service verifies our tokens alone, by what a running server publishes: with PyJWT, and
with jose in Node.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import jwt
import pytest
from django.conf import settings

from tests.keys import ALGORITHMS, write_key
from tests.node_process import run_node
from tests.processes import find_free_port, run_python, serve

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]

Pairs = list[dict[str, Any]]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Pairs]]:
    """A server's address, and the answers to a login under each algorithm: the key is changed while
    it runs.
    """
    directory = tmp_path_factory.mktemp("keys")
    database = tmp_path_factory.mktemp("database") / "db.sqlite3"
    environment = {
        "DATABASE_URL": f"sqlite:///{database}",
        "DEBUG": "true",
        "JWT_KEYS_DIR": str(directory),
    }
    write_key(directory, "active", age=60)
    write_key(directory, "standby")
    pairs: Pairs = []
    for command in ("migrate", "seed_users"):
        assert run_python("manage.py", command, **environment).returncode == 0
    with serve(find_free_port(), **environment) as address:
        for age, algorithm in enumerate(reversed(ALGORITHMS)):
            write_key(directory, "active", algorithm, age=10 - age)
            pairs.append(log_in(address))
        yield address, pairs


def log_in(address: str) -> dict[str, Any]:
    body = json.dumps({"username": "admin", "password": "admin"}).encode()
    with urlopen(
        Request(f"{address}/api/login", body, {"Content-Type": "application/json"}), timeout=30
    ) as answer:
        return dict(json.load(answer))


def test_the_server_signs_with_the_newest_key_without_a_restart(served: tuple[str, Pairs]) -> None:
    headers = [jwt.get_unverified_header(pair["accessToken"]) for pair in served[1]]
    assert [header["alg"] for header in headers] == list(reversed(ALGORITHMS))


def test_pyjwt_verifies_them(served: tuple[str, Pairs]) -> None:
    address, pairs = served
    client = jwt.PyJWKClient(f"{address}/.well-known/jwks.json")
    for pair in pairs:
        token = pair["accessToken"]
        key = client.get_signing_key_from_jwt(token)
        claims = jwt.decode(token, key, audience=settings.JWT_AUDIENCE, issuer=settings.JWT_ISSUER)
        assert claims["sub"] == pair["id"]


def test_jose_verifies_them_and_nothing_else(served: tuple[str, Pairs]) -> None:
    address, pairs = served
    good = [pair["accessToken"] for pair in pairs]
    spoilt = [good[0][:-4] + "AAAA", pairs[0]["refreshToken"]]
    script = run_node(
        "verify.mjs", address, settings.JWT_ISSUER, settings.JWT_AUDIENCE, *good, *spoilt
    )
    verified = json.loads(script)
    assert [claims["sub"] for claims in verified[:3]] == [pair["id"] for pair in pairs]
    assert verified[3:] == [
        "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
        "ERR_JWT_CLAIM_VALIDATION_FAILED",
    ]
