"""Pages of plugins in a project without ApiMiddleware: an outage is a 503 there too."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from auth_oidc.issuers import read_issuers
from auth_oidc.published import find_publisher
from runtime.connected import API
from tests.processes import find_free_port


@pytest.mark.django_db
def test_a_login_by_an_issuer_that_is_down_is_a_503(settings: Any) -> None:
    address = f"http://127.0.0.1:{find_free_port()}"
    settings.OIDC_ISSUERS = read_issuers(
        json.dumps([{"name": "main", "issuer": address, "clientId": "c"}])
    )
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != API]
    find_publisher.cache_clear()
    answer = Client().get("/account/oidc/main/login")
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
    assert answer.headers["Content-Type"].startswith("text/plain")
