"""Errors of a provider's own code, made fit for an answer."""

from __future__ import annotations

import logging
from http.client import HTTPException
from traceback import format_tb

from django.core.exceptions import MultipleObjectsReturned, ObjectDoesNotExist, ValidationError
from django.core.signing import BadSignature
from django.db import DatabaseError, DataError, InterfaceError
from django.http import Http404
from rest_framework.exceptions import AuthenticationFailed

from api_http.exceptions import Unavailable
from auth_core.contract import AuthProvider

logger = logging.getLogger(__name__)

# Errors of providers that parse hostile credentials, or that miss the user of the credentials.
HOSTILE_INPUT = (
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    RecursionError,
    DataError,
    ObjectDoesNotExist,
    MultipleObjectsReturned,
    Http404,
    ValidationError,
    BadSignature,
)


class UnreachableError(Exception):
    """Names the provider that could not reach its server, for the log. Holds no credentials."""


def refuse_broken(provider: AuthProvider, error: Exception, *, is_addressed: bool = True) -> None:
    """Raise Unavailable for a remote that does not answer, AuthenticationFailed for input that
    broke the provider.

    A provider to which no credentials were sent breaks by a fault of its own, such as a setting
    that is missing. That is Unavailable too: a 401 would look like wrong passwords to all callers.

    The error's own text may quote the credentials, so only its type and the lines of code are
    logged.
    """
    refuse_outage(str(type(provider)), error)
    if isinstance(error, HOSTILE_INPUT):
        trace = "".join(format_tb(error.__traceback__))
        logger.error(
            "%s broke on the credentials of a request: %s\n%s",
            type(provider),
            type(error).__name__,
            trace,
        )
        raise (AuthenticationFailed if is_addressed else Unavailable) from None


def refuse_outage(asked: str, error: Exception) -> None:
    """Raise Unavailable if an error of the network led to this one. `asked` is for the log."""
    if _is_outage(error):
        raise Unavailable from UnreachableError(f"{asked}: {type(error).__name__}")


def _is_outage(error: BaseException | None) -> bool:
    """Whether an error of the network led to this one.

    Clients of HTTP wrap it in classes of their own.
    """
    if isinstance(error, DatabaseError | InterfaceError):
        return False
    while error is not None:
        if isinstance(error, OSError | HTTPException):
            return True
        error = error.__cause__ or error.__context__
    return False
