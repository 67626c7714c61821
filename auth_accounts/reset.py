"""The use cases of a forgotten password: ask for a link, choose a new password by it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables
from rest_framework.request import Request

from auth_accounts.addresses import read_email, verify_address
from auth_accounts.jobs import mail_reset
from auth_accounts.models import Purpose
from auth_accounts.origin import note_origin
from auth_accounts.tokens import drop_tokens, find_token, use_up
from auth_core.audit import record
from auth_core.lockout.mails import count_mail
from auth_core.lockout.unlocking import forget_failures
from auth_core.logout import recover_account
from auth_core.mail.addresses import fold_address
from auth_core.mail.outbox import outbox
from auth_core.password_change import permit_own_password, require_good_password


def request_reset(request: HttpRequest | Request, email: str) -> None:
    """Mail a link for a new password, if an account has the address. Nothing shows whether it has.

    Raises Throttled and Unavailable.
    """
    count_mail(request, fold_address(email))
    outbox.put(partial(mail_reset, note_origin(request), email))


@sensitive_variables("token", "new")
def reset_password(request: Request, token: str, new: str) -> None:
    """Store the new password of the account of a link. All its sessions end, its keys
    and the identities of issuers, and its lock.

    The link proves the address, which is verified then. All other links of the account are dead.
    Raises ValidationError for a token or a password that is not good; the token is used up only
    by success.
    """
    row = find_token(Purpose.RESET, token)
    require_good_password(new, row.user)
    user: Any = row.user
    user.set_password(new)
    with transaction.atomic():
        stored = use_up(row)
        with permit_own_password(user):
            user.save(update_fields=["password"])
        drop_tokens(user.pk)
        # Without the credentials of the request, which may be those that have just ended.
        recover_account(Request(request._request), user)  # noqa: SLF001
        record("password_reset", request=request, user=user)
        if fold_address(read_email(stored)) == row.folded:
            verify_if_free(stored, row.address)
    # Also where the counters are not in the database.
    forget_failures(user.get_username())


def verify_if_free(user: Any, address: str) -> None:
    try:
        with transaction.atomic():
            verify_address(user, address)
    except IntegrityError:
        return
