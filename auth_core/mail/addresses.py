"""E-mail addresses: how they are read and compared, and which account a mail is for."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.module_loading import import_string

from api_http.faults import UNSTORABLE

# RFC 5321.
LONGEST_ADDRESS = 254


def fold_address(text: str) -> str:
    """Return the form that is the same for all spellings of an address: NFKC, case folded, NFKC."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def read_address(text: str) -> str:
    """Return an address whose domain is folded, so that mails go to the domain that is compared.

    Raises Django's ValidationError. The part before the @ is ASCII without quotation marks, as
    nearly all mail servers have it: look-alikes of a letter would be another mailbox.
    """
    local, _, domain = text.strip().rpartition("@")
    address = f"{local}@{fold_address(domain)}"
    is_usable = local.isascii() and '"' not in local and not UNSTORABLE.search(address)
    if not is_usable or len(address) > LONGEST_ADDRESS:
        raise ValidationError("Enter a valid email address.", "invalid")
    validate_email(address)
    return address


def find_recipient(address: str) -> tuple[Any, str]:
    """Return the active account that a mail to this address is for, and its address as stored;
    (None, "") without an account.

    A plugin that knows which addresses are verified names a function in its AppConfig,
    `find_recipient = "my_plugin.addresses.find_account"`. Without such a plugin it is the account
    with this e-mail, if no other account has it.
    """
    for app in apps.get_app_configs():
        if path := getattr(app, "find_recipient", ""):
            found: tuple[Any, str] = import_string(path)(address)
            return found
    return find_by_email(get_user_model()._default_manager.all(), address)


def find_by_email(rows: Any, address: str) -> tuple[Any, str]:
    """Return the active account of these rows that alone has the e-mail, and the e-mail."""
    column = get_user_model().get_email_field_name()
    found = list(rows.filter(**{f"{column}__iexact": address})[:2])
    if len(found) != 1 or not found[0].is_active:
        return None, ""
    return found[0], getattr(found[0], column)
