"""What the tests of API keys share: keys without a request, and how they are sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework.test import APIClient

from auth_apikey.issuing import create_key
from auth_apikey.scopes import Scopes

READ_ONLY: dict[str, Any] = {"actions": ["view", "search"]}


def make_key(user: Any, name: str = "ci", expires_at: datetime | None = None, **scopes: Any) -> str:
    return create_key(user, name, Scopes(**scopes), expires_at)[1]


def call_with(key: str) -> APIClient:
    return APIClient(headers={"X-API-Key": key})


def ask_me(key: str) -> int:
    return call_with(key).get("/api/me").status_code
