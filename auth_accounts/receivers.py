"""Keeps the verified addresses in step with the e-mails of accounts, whoever saves them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied as PageDenied
from django.db.models.signals import post_save, pre_save
from rest_framework.exceptions import PermissionDenied

from auth_accounts.addresses import read_email
from auth_accounts.models import EmailAddress
from auth_accounts.notices import tell_old_address
from auth_accounts.tokens import drop_tokens
from auth_core.audit import find_caller
from auth_core.mail.addresses import fold_address

# The key of the user whose address a use case of ours is changing.
_confirmed_user: ContextVar[Any] = ContextVar("_confirmed_user", default=None)


class OwnEmailDenied(PermissionDenied, PageDenied):
    """403, for the API and for pages: users change their own e-mail only with their password."""

    default_detail = (
        "You change your own e-mail at POST /api/me/email, which asks for your password and sends "
        "a link to the new address."
    )


def connect_receivers() -> None:
    users = get_user_model()
    pre_save.connect(refuse_unconfirmed, sender=users, dispatch_uid="auth_accounts")
    post_save.connect(forget_old_address, sender=users, dispatch_uid="auth_accounts")


@contextmanager
def permit_own_email(user: Any) -> Iterator[None]:
    """Let the e-mail of this user be changed in this context, also by the user."""
    token = _confirmed_user.set(user.pk)
    try:
        yield
    finally:
        _confirmed_user.reset(token)


def refuse_unconfirmed(instance: Any, raw: bool, update_fields: Any, **_: Any) -> None:  # noqa: FBT001
    """Refuse a new e-mail of the caller's own: OwnEmailDenied. A stolen session could have a new
    password sent there.
    """
    column = instance.get_email_field_name()
    instance.email_changes, instance.former_email = False, ""
    if raw or not _writes(column, update_fields):
        return
    rows = type(instance)._default_manager.filter(pk=instance.pk)
    stored = rows.values_list(column, flat=True).first()
    instance.former_email = stored or ""
    instance.email_changes = instance.former_email != read_email(instance)
    caller = find_caller()
    is_own = caller is not None and caller.pk == instance.pk
    if instance.email_changes and is_own and _confirmed_user.get() != instance.pk:
        raise OwnEmailDenied


def forget_old_address(instance: Any, **_: Any) -> None:
    """A new e-mail is not verified, and links that went to the old address are dead.

    The old address gets a notice. Where another user changes the e-mail, only a verified address
    does: the other one may be a slip, and a stranger's.
    """
    if not getattr(instance, "email_changes", False):
        return
    folded, old = fold_address(read_email(instance)), instance.former_email
    stored = EmailAddress.objects.filter(user_id=instance.pk).exclude(folded=folded)
    was_verified, _kinds = stored.delete()
    drop_tokens(instance.pk)
    is_own = _confirmed_user.get() == instance.pk
    if old and fold_address(old) != folded and (was_verified or is_own):
        tell_old_address(instance, old)


def _writes(column: str, update_fields: Any) -> bool:
    return update_fields is None or column in update_fields
