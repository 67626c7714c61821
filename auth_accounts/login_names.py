"""Logging in by an e-mail address, where LOGIN_BY says so."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import get_user_model

from auth_accounts.models import EmailAddress
from auth_core.account_name import name_key
from auth_core.mail.addresses import fold_address

# No user name has a colon, so this begins the name of no account.
UNKNOWN = "email:"


def find_user_name(typed: str) -> str:
    """Return the user name of the account with this verified address, by one query for any text.

    With LOGIN_BY=email any other text is no account. A text without @ costs no query.
    """
    if settings.LOGIN_BY == "username":
        return typed
    name = _find(typed) if "@" in typed else None
    if name is not None:
        return name
    return f"{UNKNOWN}{typed}" if settings.LOGIN_BY == "email" else typed


def _find(typed: str) -> str | None:
    column = f"user__{get_user_model().USERNAME_FIELD}"
    rows = EmailAddress.objects.filter(folded=fold_address(name_key(typed[:1000])))
    return rows.values_list(column, flat=True).first()
