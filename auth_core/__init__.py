"""Authentication: login, the policy, lockout and audit. A provider's app imports from here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from api_http.cookies import answer_cookies
    from api_http.exceptions import Unavailable
    from auth_core.audit import record
    from auth_core.contract import Authenticated, AuthProvider, Limit, SecondStep
    from auth_core.guesses import count_guess, count_step
    from auth_core.login import log_in_user
    from auth_core.principal import Principal
    from auth_core.recent_authentication import require_recent_auth

__all__ = [
    "AuthProvider",
    "Authenticated",
    "Limit",
    "Principal",
    "SecondStep",
    "Unavailable",
    "answer_cookies",
    "count_guess",
    "count_step",
    "log_in_user",
    "record",
    "require_recent_auth",
]
_MODULES = {
    "AuthProvider": "auth_core.contract",
    "Authenticated": "auth_core.contract",
    "Limit": "auth_core.contract",
    "Principal": "auth_core.principal",
    "SecondStep": "auth_core.contract",
    "Unavailable": "api_http.exceptions",
    "answer_cookies": "api_http.cookies",
    "count_guess": "auth_core.guesses",
    "count_step": "auth_core.guesses",
    "log_in_user": "auth_core.login",
    "record": "auth_core.audit",
    "require_recent_auth": "auth_core.recent_authentication",
}


# Hidden from type checkers, or a misspelt name would be `Any`.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        # At the first use: Django loads this package before it knows its models.
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
