"""The use cases of signing up: by oneself, by invitation, and the verification of the address.

An account is made when its owner has opened the link. Before, there is a row with the wanted name
and the hash of the password, so a stranger who signs up with an address has nothing of it.
"""

from __future__ import annotations

from functools import partial

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables
from rest_framework.exceptions import ErrorDetail, PermissionDenied, ValidationError
from rest_framework.request import Request

from auth_accounts.accounts import (
    AddressTakenError,
    create_account,
    make_candidate,
    refuse_taken_name,
)
from auth_accounts.jobs import confirm_again, confirm_sign_up
from auth_accounts.models import AccountToken, Purpose
from auth_accounts.origin import note_origin
from auth_accounts.tokens import INVALID, find_token, list_sign_ups, refuse_token, use_up
from auth_core.audit import record
from auth_core.lockout.mails import count_mail
from auth_core.mail.addresses import fold_address
from auth_core.mail.outbox import outbox
from auth_core.password_change import require_good_password

AnyRequest = HttpRequest | Request
CLOSED = "Sign-up is closed."
SEVERAL = ErrorDetail(
    "Several people signed up with this address. Choose a new password.", "required"
)


@sensitive_variables("password", "invitation")
def register(
    request: AnyRequest, email: str, password: str, username: str = "", invitation: str = ""
) -> None:
    """Begin a sign-up, which the link in a mail completes; an invitation completes it at once.

    The answer and the work are the same whether or not an account has the address. Raises
    ValidationError, NameTaken (409), PermissionDenied where sign-up is off, Throttled, and
    Unavailable.
    """
    require_open()
    count_mail(request, fold_address(email))
    guest = find_invitation(invitation, email) if invitation else None
    if guest is None:
        refuse_stranger(email)
    candidate = make_candidate(email, username)
    refuse_taken_name(candidate)
    require_good_password(password, candidate, "password")
    candidate.set_password(password)
    origin, name = note_origin(request), candidate.get_username()
    if guest is None or not accept(request, guest, candidate):
        outbox.put(partial(confirm_sign_up, origin, email, name, candidate.password))


def require_open() -> None:
    if settings.SIGN_UP.mode == "off":
        raise PermissionDenied(CLOSED)


def refuse_stranger(email: str) -> None:
    """Raise ValidationError for an address that may not sign up without an invitation."""
    if settings.SIGN_UP.mode == "invitation":
        fault = ErrorDetail("An invitation is needed.", "required")
        raise ValidationError({"invitation": [fault]})
    domain = fold_address(email).rpartition("@")[2]
    if settings.SIGN_UP.mode == "domain" and domain not in settings.SIGN_UP.domains:
        known = ", ".join(settings.SIGN_UP.domains)
        fault = ErrorDetail(f"The address must be at {known}.", "domain")
        raise ValidationError({"email": [fault]})


@sensitive_variables("invitation")
def find_invitation(invitation: str, email: str) -> AccountToken:
    """Return the invitation of this address. Raises ValidationError."""
    try:
        guest = find_token(Purpose.INVITATION, invitation)
    except ValidationError:
        raise ValidationError({"invitation": [INVALID]}) from None
    if guest.folded != fold_address(email):
        raise ValidationError({"invitation": [INVALID]})
    return guest


def accept(request: AnyRequest, guest: AccountToken, candidate: AbstractBaseUser) -> bool:
    """Make the account of a guest, whose invitation proves the address; return False where the
    address has an account.
    """
    try:
        with transaction.atomic():
            use_up(guest)
            create_account(candidate, guest.address, guest.role)
            record("email_verified", request=request, user=candidate, detail="invitation")
    except AddressTakenError:
        return False
    except ValidationError:
        raise ValidationError({"invitation": [INVALID]}) from None
    return True


@sensitive_variables("token", "new_password")
def verify_email(
    request: AnyRequest, token: str, username: str = "", new_password: str = ""
) -> None:
    """Make the account of a sign-up, with the password of the sign-up or with a new one.

    If several sign-ups wait for the address, the password of a stranger may be in the link that the
    owner opens. So the owner chooses a new password. The token is used up only by success. Raises
    ValidationError, and NameTaken where the name was taken meanwhile: then another `username` is
    sent.
    """
    row = find_token(Purpose.SIGN_UP, token)
    candidate = make_candidate(row.address, username or row.username)
    if new_password:
        require_good_password(new_password, candidate)
        candidate.set_password(new_password)
    elif not row.password or list_sign_ups(row.folded).exclude(password=row.password).exists():
        raise ValidationError({"newPassword": [SEVERAL]})
    else:
        candidate.password = row.password
    try:
        with transaction.atomic():
            use_up(row)
            create_account(candidate, row.address, settings.SIGN_UP_ROLE)
            record("email_verified", request=request, user=candidate)
    except AddressTakenError:
        raise refuse_token() from None


def resend(request: AnyRequest, email: str) -> None:
    """Send another link to an address that waits for its verification, if it does."""
    require_open()
    count_mail(request, fold_address(email))
    outbox.put(partial(confirm_again, note_origin(request), email))
