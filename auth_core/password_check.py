"""Checks a password. Only the audit learns why a check failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, get_user_model, hashers, load_backend
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import get_hasher, identify_hasher, make_password
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables
from rest_framework.request import Request

from api_http.faults import UNSTORABLE
from auth_core.account_name import key_field, name_key
from auth_core.faults import refuse_outage

# The passwords of installation guides. With DEBUG off they are wrong, as is a user name used as
# password.
DEFAULT_PASSWORDS = frozenset(
    {
        "admin",
        "administrator",
        "changeme",
        "default",
        "guest",
        "password",
        "root",
        "secret",
        "test",
        "user",
    }
)


@dataclass(frozen=True)
class Outcome:
    """The user with this name (`None` if unknown), and why the check failed (empty: it passed)."""

    user: AbstractBaseUser | None
    reason: str = ""


@sensitive_variables("password")
def check_password(request: HttpRequest | Request, username: str, password: str) -> Outcome:
    """Compare the password by Django's backends, which hash it for an unknown and an inactive user
    as well.
    """
    # No account has such a name or password.
    if UNSTORABLE.search(username + password):
        return Outcome(None, "malformed")
    # A user model that keeps no key of a name compares names as Django stores them.
    username = get_user_model().normalize_username(username)
    user = _ask_backends(request, username, password)
    if user is None:
        return _explain_failure(username, password)
    if not user.is_active:
        return Outcome(user, "inactive")
    return Outcome(user, "default_password" if is_refused_default(username, password) else "")


@sensitive_variables("password")
def _ask_backends(
    request: HttpRequest | Request, username: str, password: str
) -> AbstractBaseUser | None:
    """Return the user whom a backend accepts. Raises Unavailable if a directory does not answer."""
    try:
        return authenticate(request, username=username, password=password)
    except Exception as error:
        refuse_outage("A backend of AUTHENTICATION_BACKENDS", error)
        raise


@sensitive_variables("password")
def is_kept_here(user: Any, password: str | None = None) -> bool:
    """Whether the stored hash has the password by which a user was just authenticated. A backend
    such as a directory's has passwords of its own.

    A backend with an `authenticate` of its own may still compare with the stored hash. With the
    `password` that is found out, by another hash.
    """
    if type(load_backend(user.backend)).authenticate is ModelBackend.authenticate:
        return True
    # Unlike that of the user, Django's function stores no newer hash.
    return password is not None and hashers.check_password(password, user.password)


@sensitive_variables("password")
def _explain_failure(username: str, password: str) -> Outcome:
    user = get_user_model()._default_manager.filter(**{key_field(): name_key(username)}).first()
    if user is None:
        return Outcome(None, "unknown_user")
    if is_outdated(user.password):
        # Such a hash takes another time than the preferred one, which Django computes for unknown
        # names. Without this, a request would reveal that the account exists. (A slower hash than
        # the preferred hash still does.)
        make_password(password)
    return Outcome(user, "wrong_password" if user.is_active else "inactive")


def is_outdated(encoded: str) -> bool:
    """Return whether the stored hash is of another algorithm, or other parameters, than new
    passwords get.
    """
    preferred = get_hasher()
    try:
        hasher = identify_hasher(encoded)
    except ValueError:
        # Unusable, or by a hasher that is not installed: Django hashes by the preferred hasher.
        return False
    return hasher.algorithm != preferred.algorithm or preferred.must_update(encoded)


@sensitive_variables("password")
def is_refused_default(username: str, password: str) -> bool:
    known = DEFAULT_PASSWORDS | {username.casefold()}
    return bool(settings.REFUSE_DEFAULT_PASSWORDS) and password.casefold() in known
