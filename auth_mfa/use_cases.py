"""Setting up a second factor, removing it, and making recovery codes. REST, GraphQL and the admin
share them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from rest_framework.exceptions import (
    APIException,
    ErrorDetail,
    NotAuthenticated,
    NotFound,
    PermissionDenied,
    ValidationError,
)
from rest_framework.request import Request

from auth_core import SecondStep, count_step, record, require_recent_auth
from auth_core.caller import require_unlimited
from auth_core.login import authenticate_password
from auth_core.login_names import find_login_name
from auth_core.user_lookup import lock_user
from auth_mfa.codes import make_recovery_codes, use_step
from auth_mfa.factors import NAME, find_factor, has_factor, list_apps
from auth_mfa.models import BasicCode, Factor, Passkey, RecoveryCode, RememberedDevice
from auth_mfa.passkey_proofs import PASSKEY, prove_own_passkey
from auth_mfa.provider import WRONG, ExistingFactor, NoFactor, refuse, require_code
from auth_mfa.secrets import describe, encrypt, make_secret

# A secret that was shown and never used is no good after this time.
TIME_TO_CONFIRM = timedelta(minutes=15)
MOST = 5


class TooMany(APIException):
    status_code = 409
    default_detail = f"You have {MOST} authenticator apps already. Remove one first."
    default_code = "too_many"


@sensitive_variables("given")
def find_owner(request: Request, given: Mapping[str, Any]) -> Any:
    """Return the user who sets up a second factor: the caller, or the user of a name.

    A stolen token must not set up a factor (OWASP ASVS 5.0, 7.5.1). So the password is needed, and
    where there is a factor already, a code of it; a passkey stands for both. Users without a
    password need a session of a few minutes ago. The name is for users who must have a factor and
    cannot log in without it. Raises NotAuthenticated, PermissionDenied for machines and limited
    credentials, and what authenticate_password(), prove_passkey() and require_recent_auth() do.
    """
    require_unlimited(request)
    if "username" not in given:
        return _prove_caller(request, given)
    return _prove_password(request, find_login_name(given["username"]), ExistingFactor(), given)


@sensitive_variables("given")
def _prove_caller(request: Request, given: Mapping[str, Any]) -> Any:
    user = require_owner(request)
    if PASSKEY in given:
        prove_own_passkey(request, given[PASSKEY])
    elif "currentPassword" in given or user.has_usable_password():
        _prove_password(request, user.get_username(), ExistingFactor(), given)
    else:
        require_recent_auth(request, steps_follow=True)
        if has_factor(user):
            _prove_code(request, user, given)
    return user


@sensitive_variables("given")
def find_beginner(request: Request, given: Mapping[str, Any]) -> Any:
    """Return the user whose new factor gets its first code: the caller, or the user of a name and
    a password. That user has no factor, and so cannot log in without one.
    """
    require_unlimited(request)
    if "username" not in given:
        return require_owner(request)
    # Its code is that of the new factor.
    proof = {"currentPassword": given.get("currentPassword", "")}
    return _prove_password(request, find_login_name(given["username"]), NoFactor(), proof)


@sensitive_variables("given", "password", "codes")
def _prove_password(request: Request, name: str, step: SecondStep, given: Mapping[str, Any]) -> Any:
    password = given.get("currentPassword")
    if password is None:
        fault = ErrorDetail("This field is required.", "required")
        raise ValidationError({"currentPassword": [fault]})
    codes = {"otp": given["otp"]} if "otp" in given else {}
    return authenticate_password(
        request, name, password, provider=NAME, more=codes, providers=[step]
    )


def require_owner(request: Request) -> Any:
    """Return the caller: a user, whose credentials are not limited."""
    if not (request.user and request.user.is_authenticated):
        raise NotAuthenticated
    require_unlimited(request)
    if not isinstance(request.user, get_user_model()):
        raise PermissionDenied("Only users have second factors.")
    return request.user


def begin_totp(user: Any) -> dict[str, str]:
    """Make a factor that its first code will put in force. Return its id and its secret.

    Only this answer has the secret. The factor that was begun before is gone.
    """
    secret = make_secret()
    with transaction.atomic():
        lock_user(user.pk)
        _require_room(user)
        Factor.objects.filter(user=user, confirmed_at=None).delete()
        factor = Factor.objects.create(user=user, secret=encrypt(secret), created_at=timezone.now())
    return {"id": str(factor.pk), **describe(secret, user.get_username())}


def _require_room(user: Any) -> None:
    """Raise TooMany if the user has all apps. The user's row is locked, so nothing changes then."""
    if list_apps(user).count() >= MOST:
        raise TooMany


def confirm_totp(request: Request, user: Any, code: str) -> list[str]:
    """Put the factor in force that was begun last. Return the recovery codes, if it is the first.

    Raises AuthenticationFailed for a wrong code, which counts as a failed login, and Throttled.
    """
    now = timezone.now()
    with count_step(request, user, code, provider=NAME), transaction.atomic():
        lock_user(user.pk)
        begun = Factor.objects.filter(user=user, confirmed_at=None)
        factor = begun.filter(created_at__gt=now - TIME_TO_CONFIRM).first()
        if factor is None or not use_step(factor, code.replace(" ", ""), now):
            raise refuse(WRONG)
        _require_room(user)
        has_others = has_factor(user)
        begun.filter(pk=factor.pk).update(confirmed_at=now)
        record("factor_added", request=request, user=user, provider=NAME)
        return [] if has_others else make_recovery_codes(user)


def replace_recovery_codes(request: Request, more: Mapping[str, Any]) -> list[str]:
    """Return new recovery codes of the caller. `more` has a code of the factor."""
    user = prove_factor(request, more)
    with transaction.atomic():
        lock_user(user.pk)
        record("codes_renewed", request=request, user=user, provider=NAME)
        return make_recovery_codes(user)


def remove_factor(request: Request, key: str, more: Mapping[str, Any]) -> Factor | Passkey:
    """Remove a factor of the caller, and with the last one the recovery codes.

    `more` has a code, or the answer of a passkey. A stolen token alone cannot take the second
    factor away.
    """
    user = require_owner(request)
    factor = find_factor(user, key)
    if factor is None:
        raise NotFound
    prove_factor(request, more)
    end_factor(factor, request=request)
    return factor


def prove_factor(request: Request, more: Mapping[str, Any]) -> Any:
    """Return the caller, who has sent a good code, or the answer of a passkey. Raises
    AuthenticationFailed and Throttled.
    """
    user = require_owner(request)
    if not has_factor(user):
        raise NotFound("You have no second factor.")
    if PASSKEY in more:
        prove_own_passkey(request, more[PASSKEY])
    else:
        _prove_code(request, user, more)
    return user


def _prove_code(request: Request, user: Any, more: Mapping[str, Any]) -> None:
    with count_step(request, user, str(more.get("otp", "")), provider=NAME):
        require_code(user, more)


def end_factor(factor: Factor | Passkey, *, request: Any = None, reason: str = "") -> None:
    """Remove a factor of any user, all remembered devices and codes that Basic may repeat, and with
    the last factor the recovery codes. It is audited.
    """
    user = factor.user
    with transaction.atomic():
        lock_user(user.pk)
        type(factor).objects.filter(pk=factor.pk).delete()
        RememberedDevice.objects.filter(user=user).delete()
        BasicCode.objects.filter(user=user).delete()
        if not has_factor(user):
            RecoveryCode.objects.filter(user=user).delete()
        record("factor_removed", request=request, user=user, provider=NAME, detail=reason)


def forget_device(request: Request, key: str) -> RememberedDevice:
    """Forget a device of the caller. Return it as it was. Raises NotFound."""
    user = require_owner(request)
    try:
        device = RememberedDevice.objects.filter(user=user, pk=UUID(key)).first()
    except ValueError:
        device = None
    if device is None or not end_device(device, request=request):
        raise NotFound
    return device


def end_device(device: RememberedDevice, *, request: Any = None, reason: str = "") -> bool:
    """Forget a device of any user. Return whether it was there. It is audited."""
    with transaction.atomic():
        if not RememberedDevice.objects.filter(pk=device.pk).delete()[0]:
            return False
        user, name = device.user, "device_forgotten"
        record(name, request=request, user=user, provider=NAME, detail=reason)
    return True
