"""Who calls, as far as a request has asked already."""

from __future__ import annotations

from rest_framework.request import Request


def is_known(request: Request) -> bool:
    """Whether somebody has asked who is calling, and it was a user. Asks for no credentials itself."""
    return bool(getattr(vars(request).get("_user"), "is_authenticated", False))
