"""What the tests of sessions share: tokens without a login, and how they are sent."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework.test import APIClient

from auth_jwt.models import Session
from auth_jwt.tokens import issue_pair
from tests.tokens import make_session

REFUSED = "The token is invalid or expired"
Pair = dict[str, Any]


def begin(user: Any, **changes: Any) -> Pair:
    """Return the pair of a new session, whose columns may be given."""
    return issue_pair(make_session(user, **changes), timezone.now())


def refresh(pair: Pair) -> Any:
    return APIClient().post("/api/token/refresh", {"refreshToken": pair["refreshToken"]})


def use(pair: Pair, method: str = "get", path: str = "/api/me", body: object = None) -> Any:
    client = APIClient(headers={"Authorization": f"Bearer {pair['accessToken']}"})
    return getattr(client, method)(path, body)


def statuses(pair: Pair) -> tuple[int, int]:
    """Return what the access token and the refresh token are answered."""
    return use(pair).status_code, refresh(pair).status_code


def stored() -> list[Any]:
    return list(Session.objects.order_by("pk").values())
