"""Proving a user by a passkey: for a login, to renew a session, and to manage factors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from auth_core import count_guess
from auth_core.audit import record_once
from auth_core.lockout.guard import name_address
from auth_core.models import EventName
from auth_mfa.challenges import use_challenge
from auth_mfa.models import Passkey
from auth_mfa.relying_party import find_relying_party
from auth_mfa.webauthn_answers import BadAnswerError, check_login, read_credential_id

PASSKEY = "passkey"
REFUSED, COUNTER = "passkey_refused", "passkey_counter"
TEXTS = {
    REFUSED: "This passkey is not known here, or its answer is not good (any more).",
    COUNTER: "The passkey's counter went back, as that of a copy does.",
}


@dataclass(frozen=True)
class PasskeyProof:
    """That a user has just answered a challenge with a passkey, whose authenticator checked them.

    This module alone makes one. No input of a request becomes such an object, and no other
    plugin's log_in_user() has one.
    """

    user_id: Any
    challenge: str


def prove_passkey(
    request: Request, answer: Mapping[str, Any]
) -> tuple[Any, dict[str, PasskeyProof]]:
    """Return the user of the passkey, and the credentials for a login by it, which is not made yet.

    Raises AuthenticationFailed, which is audited, and Throttled.
    """
    passkey = _find(answer)
    if passkey is None:
        who = ("passkey", name_address(request))
        record_once(who, EventName.FAILURE, request=request, provider=PASSKEY, detail=REFUSED)
        raise _refuse_login()
    user = passkey.user
    guess = repr(answer)
    with count_guess(request, user.get_username(), guess, provider=PASSKEY, user=user):
        digest = _check(request, passkey, answer)
    return user, {PASSKEY: PasskeyProof(user.pk, digest)}


def prove_own_passkey(request: Request, answer: Mapping[str, Any]) -> None:
    """Return if a passkey of the caller answered. Raises what prove_passkey() does."""
    user, _ = prove_passkey(request, answer)
    if user.pk != request.user.pk:
        raise _refuse_login()


def _find(answer: Mapping[str, Any]) -> Passkey | None:
    try:
        key = read_credential_id(answer)
    except BadAnswerError:
        return None
    return Passkey.objects.select_related("user").filter(credential_id=key).first()


def _check(request: Request, passkey: Passkey, answer: Mapping[str, Any]) -> str:
    """Use up the challenge and note the counter. Return the challenge's number."""
    try:
        challenge, count = check_login(find_relying_party(request), passkey, answer)
    except BadAnswerError:
        raise _refuse_login() from None
    if not use_challenge(challenge):
        raise _refuse_login()
    rows = Passkey.objects.filter(pk=passkey.pk)
    # Authenticators without a counter always send 0 (WebAuthn, section 6.1.1).
    rows = rows.filter(sign_count__lt=count) if count else rows.filter(sign_count=0)
    if not rows.update(sign_count=count, last_used_at=timezone.now()):
        raise _refuse_login(COUNTER)
    return challenge.nonce


def _refuse_login(code: str = REFUSED) -> AuthenticationFailed:
    return AuthenticationFailed(TEXTS[code], code)
