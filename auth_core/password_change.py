"""The use case of changing one's own password, shared by every road that offers it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied as PageDenied
from django.core.exceptions import ValidationError as InvalidPassword
from django.db import transaction
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables
from rest_framework.exceptions import (
    AuthenticationFailed,
    ErrorDetail,
    PermissionDenied,
    ValidationError,
)
from rest_framework.request import Request

from api_http.faults import translate_faults
from auth_core.login import INCORRECT, authenticate_password
from auth_core.password_check import is_kept_here

# The key of the user who gave the current password for this change.
_confirmed_user: ContextVar[Any] = ContextVar("_confirmed_user", default=None)


class OwnPasswordDenied(PermissionDenied, PageDenied):
    """403, for the API and for pages: users change their own password only with the current one."""

    default_detail = (
        "You change your own password at POST /api/me/password, which asks for the current one."
    )


class ForeignPasswordDenied(PermissionDenied, PageDenied):
    """403, for the API and for pages: the password is a directory's, which alone can change it."""

    default_detail = "Your password is kept by another service. Change it there."


@sensitive_variables("current", "new", "more")
def change_password(request: Request, current: str, new: str, more: Mapping[str, Any]) -> None:
    """Store a new password for the caller. All sessions of the caller end with the old password.

    `more` has the inputs for second steps. Raises ValidationError for a wrong current password,
    which counts as a failed login, and for a new password that breaks AUTH_PASSWORD_VALIDATORS;
    AuthenticationFailed for a refused second step; Throttled while the account is locked.
    """
    user = confirm_caller(request, current, more)
    require_good_password(new, user)
    store_own_password(user, new)


@sensitive_variables("current", "more")
def confirm_caller(request: Request, current: str, more: Mapping[str, Any]) -> Any:
    """Return the caller, who gave the current password in the field `currentPassword`.

    Raises ValidationError for a wrong one, and what else authenticate_password() raises.
    """
    with blaming_current_password():
        return prove_current_password(request, current, more=more)


@contextmanager
def blaming_current_password() -> Iterator[None]:
    """Raise ValidationError of the field `currentPassword` in place of the 401 of a password."""
    try:
        yield
    except AuthenticationFailed as refusal:
        if str(refusal.detail) != INCORRECT:
            raise
        fault = ErrorDetail("This is not the current password.", "incorrect")
        raise ValidationError({"currentPassword": [fault]}) from None


@sensitive_variables("password")
def require_good_password(password: str, user: Any, field: str = "newPassword") -> None:
    """Raise ValidationError for a new password that breaks AUTH_PASSWORD_VALIDATORS."""
    try:
        validate_password(password, user)
    except InvalidPassword as error:
        raise ValidationError({field: translate_faults(error)}) from None


@sensitive_variables("current", "more")
def prove_current_password(
    request: HttpRequest | Request,
    current: str,
    *,
    provider: str = "",
    more: Mapping[str, Any] | None = None,
) -> Any:
    """Return the caller, whose password this is. Raises what authenticate_password() does, and
    ForeignPasswordDenied for a password that is not the stored one: a new one would be a second.
    """
    name = request.user.get_username()
    user = authenticate_password(request, name, current, provider=provider, more=more)
    if not is_kept_here(user, current):
        raise ForeignPasswordDenied
    return user


@sensitive_variables("new")
def store_own_password(user: Any, new: str) -> None:
    """Store the new password of a caller who gave the current one."""
    user.set_password(new)
    # Saving records the change. Without its record the change is undone.
    with permit_own_password(user), transaction.atomic():
        user.save(update_fields=["password"])


@contextmanager
def permit_own_password(user: Any) -> Iterator[None]:
    """Let the caller store a password of their own in this context. Check the caller before."""
    token = _confirmed_user.set(user.pk)
    try:
        yield
    finally:
        _confirmed_user.reset(token)


def refuse_unconfirmed(user: Any, caller: Any) -> None:
    """Refuse a new password of the caller's own that no use case permits: OwnPasswordDenied.

    Every save of a user passes here: REST, GraphQL, the admin and your own views.
    """
    if caller is not None and caller.pk == user.pk and _confirmed_user.get() != user.pk:
        raise OwnPasswordDenied
