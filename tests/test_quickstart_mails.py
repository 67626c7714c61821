"""Where the links in the mails of a quickstart lead. Development prints its mails."""

import json
import time
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.quickstarted import quickstart

pytestmark = pytest.mark.exhaustive
SIGN_UP = {"email": "ada@example.org", "password": "analytical engine of 1837", "username": "ada"}


def test_links_lead_to_the_port_of_the_command(database_url: str, tmp_path: Path) -> None:
    plugins = "auth_core,auth_jwt,auth_accounts"
    named = {"DATABASE_URL": database_url, "AUTH_PLUGINS": plugins, "SIGN_UP": "open"}
    headers = {"Content-Type": "application/json"}
    with quickstart(tmp_path, **named) as service:
        request = Request(f"{service.url}/api/register", json.dumps(SIGN_UP).encode(), headers)
        with urlopen(request) as answer:
            assert answer.status == 202
        deadline = time.monotonic() + 30
        while "/account/verify?token=" not in (printed := service.output.read_text()):
            assert time.monotonic() < deadline, printed
            time.sleep(0.1)
    assert f"{service.url}/account/verify?token=" in printed
