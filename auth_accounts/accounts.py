"""Making the account of a person who has proved to own an address."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError as InvalidName
from django.db import IntegrityError, transaction
from rest_framework.exceptions import ErrorDetail, ValidationError

from api_http.exceptions import Clash
from api_http.faults import translate_faults
from auth_accounts.addresses import verify_address
from auth_accounts.tokens import drop_sign_ups
from auth_core.account_name import key_field, name_key
from auth_core.mail.addresses import fold_address

TAKEN = "A user with that username already exists."


class NameTaken(Clash):
    """409: another account has the user name. User names are public."""

    default_detail = TAKEN

    def __init__(self) -> None:
        super().__init__()
        self.faults = {"username": [ErrorDetail(TAKEN, "unique")]}


class AddressTakenError(Exception):
    """Another account has verified the address. No answer says so."""


def make_candidate(address: str, username: str) -> Any:
    """Return an account with these facts that is not stored.

    Without a user name, the name is the address. Raises ValidationError for a name that breaks the
    rules, and for another person's address as a name.
    """
    users = get_user_model()
    name = users.normalize_username(username or address)
    if "@" in name and fold_address(name) != fold_address(address):
        fault = ErrorDetail("A username with an @ is your own e-mail address.", "foreign_address")
        raise ValidationError({"username": [fault]})
    try:
        column: Any = users._meta.get_field(users.USERNAME_FIELD)
        name = column.clean(name, None)
    except InvalidName as error:
        raise ValidationError({"username": translate_faults(error)}) from None
    return users(**{users.USERNAME_FIELD: name, users.get_email_field_name(): address})


def refuse_taken_name(candidate: Any) -> None:
    """Raise NameTaken. A name that is the address is let pass: the answer would tell whether there
    is an account with it.
    """
    name = candidate.get_username()
    rows = get_user_model()._default_manager.filter(**{key_field(): name_key(name)})
    if "@" not in name and rows.exists():
        raise NameTaken


def create_account(candidate: Any, address: str, role: str) -> None:
    """Store the account with its role and its verified address, in the caller's transaction.

    All other sign-ups with the address are void. Raises NameTaken and AddressTakenError.
    """
    try:
        with transaction.atomic():
            candidate.save(force_insert=True)
    except IntegrityError:
        raise NameTaken from None
    group, _ = Group.objects.get_or_create(name=role)
    candidate.groups.add(group)
    try:
        with transaction.atomic():
            verify_address(candidate, address)
    except IntegrityError:
        raise AddressTakenError from None
    drop_sign_ups(fold_address(address))
