"""Registering a passkey, and logging in by a passkey alone."""

from __future__ import annotations

from collections.abc import Mapping
from secrets import token_bytes
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.request import Request
from webauthn.helpers import bytes_to_base64url

from auth_core import log_in_user, record
from auth_core.user_lookup import lock_user
from auth_mfa.challenges import use_challenge
from auth_mfa.codes import make_recovery_codes
from auth_mfa.factors import NAME, find_factor, has_factor
from auth_mfa.models import Passkey
from auth_mfa.passkey_proofs import PASSKEY, REFUSED, TEXTS, prove_passkey
from auth_mfa.relying_party import find_relying_party
from auth_mfa.use_cases import require_owner
from auth_mfa.webauthn_answers import (
    BadAnswerError,
    check_registration,
    describe_login,
    describe_registration,
)

MOST = 10


class TooManyPasskeys(APIException):
    status_code = 409
    default_detail = f"You have {MOST} passkeys already. Remove one first."
    default_code = "too_many"


def begin_passkey(request: Request, user: Any) -> dict[str, Any]:
    """Return the options to register a passkey of the user, who has proved a password.

    Nothing is stored. All passkeys of a user have the same random number of the account.
    """
    known = list(Passkey.objects.filter(user=user))
    if len(known) >= MOST:
        raise TooManyPasskeys
    handle = known[0].handle if known else bytes_to_base64url(token_bytes(32))
    title = getattr(settings, "SPECTACULAR_SETTINGS", {}).get("TITLE") or "API"
    return describe_registration(find_relying_party(request), title, user, handle, known)


def add_passkey(
    request: Request, user: Any, name: str, answer: Mapping[str, Any]
) -> tuple[Passkey, list[str]]:
    """Store the new passkey. Return it, and recovery codes if it is the first factor.

    Raises ValidationError for an answer that is not good, and TooManyPasskeys.
    """
    try:
        challenge, made = check_registration(find_relying_party(request), user, answer)
    except BadAnswerError:
        raise _refuse_registration() from None
    if not use_challenge(challenge):
        raise _refuse_registration()
    try:
        with transaction.atomic():
            lock_user(user.pk)
            if Passkey.objects.filter(user=user).count() >= MOST:
                raise TooManyPasskeys
            had_others = has_factor(user)
            passkey = Passkey.objects.create(
                user=user,
                name=name,
                credential_id=bytes_to_base64url(made.credential_id),
                public_key=made.credential_public_key,
                handle=challenge.handle,
                sign_count=made.sign_count,
                created_at=timezone.now(),
            )
            record("factor_added", request=request, user=user, provider=NAME, detail="passkey")
            return passkey, [] if had_others else make_recovery_codes(user)
    except IntegrityError:
        # Another account has it.
        raise _refuse_registration() from None


def rename_passkey(request: Request, key: str, name: str) -> Passkey:
    """Return the caller's passkey with its new name. Raises NotFound for an app."""
    passkey = find_factor(require_owner(request), key)
    if not isinstance(passkey, Passkey):
        raise NotFound
    passkey.name = name
    passkey.save(update_fields=["name"])
    return passkey


def begin_passkey_login(request: Request) -> dict[str, Any]:
    """Return the options to log in by a passkey: the same for everybody."""
    return describe_login(find_relying_party(request))


def log_in_by_passkey(request: Request, answer: Mapping[str, Any]) -> dict[str, object]:
    """Return the login's answer. Raises what prove_passkey() and log_in_user() do."""
    user, proof = prove_passkey(request, answer)
    return log_in_user(request, user, by=PASSKEY, credentials=proof)


def _refuse_registration() -> ValidationError:
    return ValidationError({"credential": [TEXTS[REFUSED]]}, REFUSED)
