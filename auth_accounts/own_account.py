"""The use cases of the caller's account: another e-mail address, and the end of the account."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, RestrictedError
from django.views.decorators.debug import sensitive_variables
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from api_http.exceptions import Clash
from auth_accounts.addresses import is_verified, read_email, verify_address
from auth_accounts.jobs import mail_new_address
from auth_accounts.models import Purpose
from auth_accounts.origin import note_origin
from auth_accounts.receivers import permit_own_email
from auth_accounts.tokens import find_token, refuse_token, use_up
from auth_core.audit import record
from auth_core.caller import describe_user, require_unlimited
from auth_core.lockout.mails import count_mail
from auth_core.logout import log_out
from auth_core.mail.addresses import fold_address
from auth_core.mail.outbox import outbox
from auth_core.recent_authentication import confirm_owner


def describe_account(user: Any) -> dict[str, object]:
    """Return the caller, with the e-mail address and whether it is verified."""
    if not isinstance(user, get_user_model()):
        return {**describe_user(user), "email": None, "emailVerified": False}
    email = read_email(user) or None
    verified = email is not None and is_verified(user)
    return {**describe_user(user), "email": email, "emailVerified": verified}


def require_owner(request: Request) -> None:
    """Refuse a caller without an account, such as a machine, and credentials with a limit:
    PermissionDenied.
    """
    require_unlimited(request)
    if not isinstance(request.user, get_user_model()):
        raise PermissionDenied("You have no account.")


@sensitive_variables("given")
def request_email(request: Request, email: str, given: Mapping[str, Any]) -> None:
    """Mail a link to the new address of the caller, whom confirm_owner() confirms.

    Nothing shows whether another account has the address. Raises ValidationError, Throttled, and
    Unavailable.
    """
    user = confirm_owner(request, given)
    count_mail(request, fold_address(email))
    outbox.put(partial(mail_new_address, note_origin(request), user.pk, email))


@sensitive_variables("token")
def confirm_email(request: Request, token: str) -> None:
    """Give the account of a link the address that the link went to. The old address gets a notice.

    Links that went to the old address are dead. Raises ValidationError.
    """
    row = find_token(Purpose.EMAIL, token)
    try:
        with transaction.atomic():
            user = use_up(row)
            setattr(user, user.get_email_field_name(), row.address)
            with permit_own_email(user):
                # The old address gets a notice when the user is saved.
                user.save(update_fields=[user.get_email_field_name()])
            verify_address(user, row.address)
            record("email_verified", request=request, user=user)
    except IntegrityError:
        raise refuse_token() from None


@sensitive_variables("given")
def delete_account(request: Request, given: Mapping[str, Any]) -> None:
    """Delete the caller, whom confirm_owner() confirms. All sessions end.

    Raises ValidationError for a wrong password, and 409 where other rows need the account.
    """
    user = confirm_owner(request, given)
    try:
        with transaction.atomic():
            log_out(request, user, everywhere=True)
            user.delete()
    except (ProtectedError, RestrictedError):
        raise Clash("Other rows need this account.") from None
