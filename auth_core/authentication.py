"""The one authentication class that DRF is told about: it asks the installed providers, at request time."""

from __future__ import annotations

import logging
from traceback import format_tb

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import DataError
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from auth_core.contract import AuthProvider
from auth_core.header import normalise_authorization
from auth_core.registry import installed_providers

logger = logging.getLogger(__name__)

# What code raises that trusts the credentials it parses.
HOSTILE_INPUT = (ValueError, TypeError, LookupError, ArithmeticError, RecursionError, DataError)

Proven = tuple[AbstractBaseUser, object]


class ProviderAuthentication(BaseAuthentication):
    """Asks every provider in the order of INSTALLED_APPS; the first that knows the credentials decides."""

    def authenticate(self, request: Request) -> Proven | None:
        """Return (user, proof), or None when no provider knows the credentials; raise AuthenticationFailed if bad."""
        providers = list(installed_providers())
        normalise_authorization(request, [provider.challenge for provider in providers])
        for provider in providers:
            if proven := _ask(provider, request):
                return _require_active(proven)
        return None

    def authenticate_header(self, request: Request) -> str:
        """Return one challenge of every provider, for the single WWW-Authenticate header of a 401."""
        return ", ".join(provider.authenticate_header(request) for provider in installed_providers())


def _ask(provider: AuthProvider, request: Request) -> Proven | None:
    try:
        return provider.authenticate(request)
    except HOSTILE_INPUT as error:
        # A provider that breaks on its input is a fault to be told to the operator, and a 401 to the caller. The
        # error's own text may quote the credentials, so only its type and the lines of code are logged.
        trace = "".join(format_tb(error.__traceback__))
        logger.error(  # noqa: TRY400
            "%s broke on the credentials of a request: %s\n%s", type(provider), type(error).__name__, trace
        )
        raise AuthenticationFailed from None


def _require_active(proven: Proven) -> Proven:
    user, _ = proven
    if not user.is_active:
        raise AuthenticationFailed
    return proven
