"""What providers ask besides a right password, wherever a password is taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from django.views.decorators.debug import sensitive_variables
from rest_framework.exceptions import APIException, AuthenticationFailed

from auth_core.contract import AuthProvider
from auth_core.faults import refuse_broken
from auth_core.registry import installed_providers


def list_login_fields() -> dict[str, Any]:
    """Return new fields for the inputs of a login that the installed providers declare."""
    return {
        name: deepcopy(field)
        for provider in installed_providers()
        for name, field in provider.login_fields.items()
    }


@sensitive_variables("credentials")
def permit_login(
    request: Any, user: Any, credentials: Mapping[str, Any], providers: Iterable[AuthProvider]
) -> None:
    """Ask every provider. Raises the first refusal, AuthenticationFailed, or Unavailable."""
    for provider in providers:
        try:
            provider.permit_login(request, user, credentials)
        except APIException:
            raise
        except Exception as error:
            refuse_broken(provider, error)
            raise


@sensitive_variables("credentials")
def is_permitted(request: Any, user: Any, credentials: Mapping[str, Any]) -> bool:
    """Whether no provider refuses the login. A refusal is neither counted nor audited."""
    try:
        permit_login(request, user, credentials, installed_providers())
    except AuthenticationFailed:
        return False
    return True
