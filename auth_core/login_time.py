"""When the user of a login authenticated, if that was not now: at an issuer, hours ago perhaps."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

_NAME = "authenticated_at"


def set_login_time(request: Any, at: datetime | None) -> None:
    """Note it before the login of a request. `None`: it is not known, and so never recent."""
    setattr(_find_plain(request), _NAME, at)


def find_login_time(request: Any) -> datetime | None:
    """Return the time that was noted, or else now. A session keeps it."""
    at: datetime | None = getattr(_find_plain(request), _NAME, timezone.now())
    return at


def _find_plain(request: Any) -> Any:
    return getattr(request, "_request", request)
