"""The use case of logging in, shared by every surface that offers it."""

from __future__ import annotations

import re

from django.contrib.auth import authenticate
from django.contrib.auth.base_user import AbstractBaseUser
from django.views.decorators.debug import sensitive_variables
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from auth_core.principal import describe_principal
from auth_core.registry import installed_providers

# PostgreSQL stores neither, and no hasher encodes the latter, so nobody has such a name or password.
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


@sensitive_variables("password")
def authenticate_password(request: Request, username: str, password: str) -> AbstractBaseUser:
    """Return the active user who has this password.

    Raises AuthenticationFailed, identically and after the same work, for a wrong password, an unknown user and an
    inactive one: Django hashes the password for an unknown user, too.
    """
    user = None
    if not UNSTORABLE.search(username + password):
        user = authenticate(request, username=username, password=password)
    if user is None or not user.is_active:
        raise AuthenticationFailed("The passed credentials are incorrect")
    return user


@sensitive_variables("password")
def log_in(request: Request, username: str, password: str) -> dict[str, object]:
    """Return `{id, username, roles}` and what the first provider that issues something hands out.

    Raises AuthenticationFailed as authenticate_password() does.
    """
    user = authenticate_password(request, username, password)
    for provider in installed_providers():
        issued = provider.issue(request, user, password)
        if issued is not None:
            return describe_principal(user) | dict(issued)
    return describe_principal(user)
