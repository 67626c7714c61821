"""Authentication: login, the policy, lockout and audit. A provider's app imports from here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from api_http.exceptions import Unavailable
    from auth_core.audit import record
    from auth_core.contract import Authenticated, AuthProvider, Limit, Principal
    from auth_core.guesses import count_guess
    from auth_core.login import log_in_user

__all__ = [
    "AuthProvider",
    "Authenticated",
    "Limit",
    "Principal",
    "Unavailable",
    "count_guess",
    "log_in_user",
    "record",
]
_MODULES = {
    "AuthProvider": "auth_core.contract",
    "Authenticated": "auth_core.contract",
    "Limit": "auth_core.contract",
    "Principal": "auth_core.contract",
    "Unavailable": "api_http.exceptions",
    "count_guess": "auth_core.guesses",
    "log_in_user": "auth_core.login",
    "record": "auth_core.audit",
}


def __getattr__(name: str) -> Any:
    # At the first use: Django loads this package before it knows its models.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
