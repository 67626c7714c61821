"""Of many logins with the same code at once, on two server processes, one is let in."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from time import time
from typing import Any

import pyotp
import pytest

from tests.conftest import make_basic_header
from tests.plugins.test_apikey_races import send
from tests.processes import find_free_port, serve

pytestmark = pytest.mark.exhaustive
CLIENTS = 64
ADMIN = {"username": "admin", "password": "admin"}
PROOF = {"username": "admin", "currentPassword": "admin"}


@pytest.fixture
def address(seeded_url: str, request: pytest.FixtureRequest) -> Iterator[str]:
    plugins = "auth_core,auth_jwt,auth_basic,auth_mfa"
    environment = {"DATABASE_URL": seeded_url, "DEBUG": "true", "AUTH_PLUGINS": plugins}
    environment |= {"MFA_BASIC": "append", **getattr(request, "param", {})}
    with serve(find_free_port(), CLIENTS // 2, **environment) as address:
        yield address


def log_in_at_once(address: str, code: str) -> list[int]:
    def log_in(_: int) -> Any:
        return send(f"{address}/api/login", {}, {**ADMIN, "otp": code})[0]

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(log_in, range(CLIENTS)))


# In Redis, the failed logins of the tests before might lock their common address.
@pytest.mark.parametrize("address", [{"REDIS_URL": ""}], indirect=True, ids=["database"])
@pytest.mark.parametrize("kind", ["of the app", "for recovery"])
def test_one_of_64_uses_of_a_code_wins(address: str, kind: str) -> None:
    factor = f"{address}/api/me/factors/totp"
    totp = pyotp.TOTP(send(factor, {}, PROOF)[1]["secret"])
    status, confirmed = send(f"{factor}/confirm", {}, {**PROOF, "otp": totp.now()})
    assert status == 200
    # The code of the next step, as that of the present step is used up.
    code = totp.at(time() + 30) if kind == "of the app" else confirmed["recoveryCodes"][0]
    statuses = log_in_at_once(address, code)
    # The others were used before, and many of them lock the account. Some wait too long to hash.
    assert statuses.count(201) == 1
    assert set(statuses) <= {201, 401, 429, 503}


def test_no_more_codes_are_tried_at_once_than_one_after_another(address: str) -> None:
    factor = f"{address}/api/me/factors/totp"
    totp = pyotp.TOTP(send(factor, {}, PROOF)[1]["secret"])
    assert send(f"{factor}/confirm", {}, {**PROOF, "otp": totp.now()})[0] == 200

    def guess(number: int) -> Any:
        return send(f"{address}/api/login", {}, {**ADMIN, "otp": f"{number:06}"})[0]

    with ThreadPoolExecutor(CLIENTS) as pool:
        statuses = list(pool.map(guess, range(CLIENTS)))
    # After the fifth the account is locked, for longer at each further try.
    assert 1 <= statuses.count(401) <= 5 + 3
    assert set(statuses) == {401, 429}


def test_a_client_of_basic_sends_its_code_in_many_requests_at_once(address: str) -> None:
    factor = f"{address}/api/me/factors/totp"
    totp = pyotp.TOTP(send(factor, {}, PROOF)[1]["secret"])
    assert send(f"{factor}/confirm", {}, {**PROOF, "otp": totp.now()})[0] == 200
    # The code of the next step, as that of the present step is used up.
    code = totp.at(time() + 30)
    header = make_basic_header("admin", f"admin{code}")

    def ask(_: int) -> Any:
        return send(f"{address}/api/me", {"Authorization": header})[0]

    with ThreadPoolExecutor(CLIENTS) as pool:
        assert set(pool.map(ask, range(CLIENTS))) == {200}
    assert send(f"{address}/api/login", {}, {**ADMIN, "otp": code})[0] == 401
