"""The name of an account that an issuer makes."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError

from auth_core.account_name import key_field, name_key
from auth_oidc.issuers import Issuer


def choose_username(issuer: Issuer, subject: str, wanted: str | None) -> str:
    """Return `wanted@issuer` if it is valid and free, else a name made of the issuer and a digest
    of the subject.

    An issuer's users may choose the wanted name. With the ending it is never the name of an account
    that seed_users makes later and gives a role.
    """
    name = f"{wanted}@{issuer.name}"
    if wanted and _is_valid(name) and not _is_taken(name):
        return str(get_user_model().normalize_username(name))
    digest = sha256(f"{issuer.issuer}\0{subject}".encode()).hexdigest()
    return f"{issuer.name}-{digest[:16]}"


def _is_valid(name: str) -> bool:
    users: Any = get_user_model()
    field = users._meta.get_field(users.USERNAME_FIELD)
    try:
        field.clean(users.normalize_username(name), None)
    except ValidationError:
        return False
    return True


def _is_taken(name: str) -> bool:
    rows = get_user_model()._default_manager.filter(**{key_field(): name_key(name)})
    return rows.exists()
