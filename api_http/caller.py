"""The caller of a request, if the request was authenticated already."""

from __future__ import annotations

from rest_framework.request import Request


def is_known(request: Request) -> bool:
    """Whether the request was authenticated already, as a user. Starts no authentication."""
    return bool(getattr(vars(request).get("_user"), "is_authenticated", False))
