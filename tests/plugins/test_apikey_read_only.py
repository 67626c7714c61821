"""API keys where the database can only be read."""

from __future__ import annotations

from typing import Any

import pytest

from auth_apikey.models import ApiKey
from tests.plugins.apikeys import ask_me, call_with, make_key
from tests.rest import assert_problem
from tests.test_unwritable_database import switch

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quick_hashes")]


def test_a_read_needs_no_write(user: Any) -> None:
    key = make_key(user)
    switch("on")
    try:
        assert ask_me(key) == 200
        assert call_with(key).get("/api/customers").status_code == 200
        assert_problem(call_with(key).post("/api/customers", {}), 503)
        assert ask_me("sk_0123456789ab_" + "A" * 43) == 401
    finally:
        switch("off")
    assert ApiKey.objects.get().last_used_at is None
