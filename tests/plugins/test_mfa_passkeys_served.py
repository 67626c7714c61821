"""Passkeys against served processes: in Chromium with a virtual authenticator, and 64 at once."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.environment import require
from tests.node_process import install_packages
from tests.plugins.authenticator import Authenticator
from tests.plugins.test_apikey_races import send
from tests.processes import find_free_port, serve
from tests.test_swagger import BROWSER, FOLDER

pytestmark = pytest.mark.exhaustive
CLIENTS = 64
PROOF = {"username": "admin", "currentPassword": "admin"}


@pytest.fixture
def address(seeded_url: str) -> Iterator[str]:
    port = find_free_port()
    environment = {
        "DATABASE_URL": seeded_url,
        "DEBUG": "true",
        "AUTH_PLUGINS": "auth_core,auth_jwt,auth_basic,auth_mfa",
        # Browsers take no passkeys for addresses without a name.
        "PUBLIC_URL": f"http://localhost:{port}",
    }
    with serve(port, CLIENTS // 2, **environment):
        yield f"http://localhost:{port}"


def test_a_person_uses_a_passkey_in_a_browser(address: str) -> None:
    require(shutil.which("npm"), "Node with npm")
    require(BROWSER, "Chromium")
    install_packages(FOLDER)
    done = subprocess.run(
        ["node", str(FOLDER / "passkeys.mjs"), str(BROWSER), address],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    assert (seen["made"]["kind"], seen["made"]["name"]) == ("passkey", "My phone")
    assert seen["closed"]["code"] == "second_factor_required"
    assert [login["username"] for login in seen["logins"]] == ["admin", "admin"]
    codes = [seen[name]["code"] for name in ("replayed", "copied", "gone")]
    assert codes == ["passkey_refused", "passkey_counter", "passkey_refused"]
    assert (seen["foreign"], seen["unverified"]) == ("SecurityError", "refused")
    assert (seen["removed"], seen["again"]["username"]) == (204, "admin")


def test_one_of_64_answers_to_a_challenge_wins(address: str) -> None:
    passkeys, login = f"{address}/api/me/passkeys", f"{address}/api/login/passkey"
    options = send(f"{passkeys}/options", {}, PROOF)[1]
    keys = [Authenticator(address) for _ in range(CLIENTS)]
    bodies = [{**PROOF, "credential": key.create(options)} for key in keys]
    with ThreadPoolExecutor(CLIENTS) as pool:
        made = list(pool.map(lambda body: send(passkeys, {}, body)[0], bodies))
        assert (made.count(201), set(made) - {201, 400, 401, 429, 503}) == (1, set())
        key = keys[made.index(201)]
        answer = {"credential": key.get(send(f"{login}/options", {}, {})[1])}
        statuses = list(pool.map(lambda _: send(login, {}, answer)[0], range(CLIENTS)))
    # The others were used before, and many of them lock the account.
    assert (statuses.count(201), set(statuses) - {201, 401, 429}) == (1, set())
