"""What follows an answer, in the outbox: looking for the account, and mailing it.

No request waits for any of it, so no answer and no time shows whether an account exists.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.views.decorators.debug import sensitive_variables

from auth_accounts.addresses import find_account, find_owner
from auth_accounts.models import Purpose
from auth_accounts.origin import Origin
from auth_accounts.tokens import issue_token, list_sign_ups
from auth_core.audit import record
from auth_core.mail.addresses import fold_address
from auth_core.mail.messages import Mail, build_link, deliver

MAILS = "auth_accounts/mail"
RESET_PAGE = "/account/reset"


def send(origin: Origin, to: str, template: str, **facts: Any) -> None:
    deliver(Mail(to, f"{MAILS}/{template}", origin.language, facts))


@sensitive_variables("password")
def confirm_sign_up(origin: Origin, address: str, username: str, password: str) -> None:
    """Mail a link that makes the account, or say that there is an account."""
    user, stored = find_account(address)
    if user is not None:
        send(origin, stored, "known", name=user.get_username(), link=build_link(RESET_PAGE))
        return
    facts = {"username": username, "password": password}
    token = issue_token(Purpose.SIGN_UP, address, **facts)
    send(origin, address, "verify", link=build_link("/account/verify", token=token))


def confirm_again(origin: Origin, address: str) -> None:
    """Mail another link to an address that waits for its verification.

    If several people signed up with the address, the link goes with no password of theirs: the
    owner chooses a new one.
    """
    waiting = list(list_sign_ups(fold_address(address))[:50])
    if not waiting or find_account(address)[0] is not None:
        return
    newest, passwords = waiting[0], {row.password for row in waiting}
    password = newest.password if len(passwords) == 1 else ""
    confirm_sign_up(origin, newest.address, newest.username, password)


def mail_reset(origin: Origin, address: str) -> None:
    """Mail a link for a new password to the account's address as it is stored."""
    user, stored = find_account(address)
    if user is None or not user.has_usable_password():
        return
    record("reset_requested", request=origin.request, user=user)
    token = issue_token(Purpose.RESET, stored, user=user)
    link = build_link(RESET_PAGE, token=token)
    send(origin, stored, "reset", name=user.get_username(), link=link)


def mail_new_address(origin: Origin, key: Any, address: str) -> None:
    """Mail a link to the new address of an account, unless it is another account's."""
    user = get_user_model()._default_manager.filter(pk=key).first()
    owner = find_owner(address)
    if user is None or (owner and owner.user_id != user.pk):
        return
    token = issue_token(Purpose.EMAIL, address, user=user)
    send(origin, address, "email", link=build_link("/account/email", token=token))
