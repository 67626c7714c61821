"""The verified addresses of accounts."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef
from django.utils import timezone

from auth_accounts.models import EmailAddress
from auth_core.mail.addresses import find_by_email, fold_address


def find_owner(address: str) -> EmailAddress | None:
    """Return the verified address that is the same, with its account."""
    return EmailAddress.objects.select_related("user").filter(folded=fold_address(address)).first()


def find_account(address: str) -> tuple[Any, str]:
    """Return the active account that a mail to this address is about, and its address as stored;
    (None, "") without an account.

    A verified address comes first. Else it is the unverified e-mail of an account, if no other
    account has it.
    """
    if owner := find_owner(address):
        return (owner.user, owner.address) if owner.user.is_active else (None, "")
    users = get_user_model()._default_manager
    verified = EmailAddress.objects.values("user")
    return find_by_email(users.exclude(pk__in=verified), address)


def read_email(user: Any) -> str:
    return getattr(user, user.get_email_field_name(), "") or ""


def is_verified(user: Any) -> bool:
    return EmailAddress.objects.filter(
        user_id=user.pk, folded=fold_address(read_email(user))
    ).exists()


def verify_address(user: Any, address: str) -> None:
    """Note that the account owns the address. Raises IntegrityError where another account does."""
    folded = fold_address(address)
    owners = get_user_model()._default_manager.filter(pk=OuterRef("user_id"))
    # The row of an account that was deleted while this app was taken out.
    EmailAddress.objects.filter(~Exists(owners), folded=folded).delete()
    EmailAddress.objects.update_or_create(
        user_id=user.pk,
        defaults={"address": address, "folded": folded, "verified_at": timezone.now()},
    )
