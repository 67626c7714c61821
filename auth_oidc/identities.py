"""The user behind the subject of a token: found, linked by a verified address, or made."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from rest_framework.exceptions import AuthenticationFailed

from auth_core import record
from auth_oidc.addresses import find_user_of_address, is_taken, name_email_field
from auth_oidc.claims import read_claimed_roles, read_username, read_verified_email
from auth_oidc.issuers import Issuer
from auth_oidc.kinds import LINK, NAME
from auth_oidc.models import Identity
from auth_oidc.new_names import choose_username
from auth_oidc.roles import give_roles
from auth_oidc.tokens import Claims

UNKNOWN = "unknown_account"


class UnknownAccountError(AuthenticationFailed):
    """The token is good, and its subject has no account here."""

    def __init__(self) -> None:
        super().__init__("No account here belongs to the subject of this token", UNKNOWN)


def find_user(issuer: Issuer, claims: Claims) -> Any:
    """Return the user of the verified claims; a known subject costs one query.

    An unknown subject gets the account with its verified address, if the issuer is trusted for
    addresses, or a new account, if the issuer may make some. Raises UnknownAccountError.
    """
    if user := find_linked(issuer.issuer, claims["sub"]):
        return user
    try:
        with transaction.atomic():
            user = _find_by_address(issuer, claims) or _make_user(issuer, claims)
            link(user, issuer.issuer, claims["sub"])
    except IntegrityError:
        # Another request has made the same row meanwhile.
        user = find_linked(issuer.issuer, claims["sub"])
    if user is None:
        raise UnknownAccountError
    return user


def find_linked(issuer: str, subject: str) -> Any:
    """Return the user of a known subject, or `None`."""
    known = Identity.objects.select_related("user").filter(issuer=issuer, subject=subject).first()
    return known and known.user


def link(user: Any, issuer: str, subject: str) -> Identity:
    """Let the subject act as the user from now on. Raises IntegrityError for a known subject."""
    rows = Identity.objects.filter(issuer=issuer, subject=subject)
    # Left over from a user who was deleted while this app was not installed.
    users = get_user_model()._default_manager.filter(pk=OuterRef("user_id"))
    rows.filter(~Exists(users)).delete()
    made = Identity.objects.create(user=user, issuer=issuer, subject=subject)
    record(LINK, user=user, provider=NAME, detail=f"{subject} at {issuer}")
    return made


def _find_by_address(issuer: Issuer, claims: Claims) -> Any:
    email = read_verified_email(claims) if issuer.trusted_email else None
    return find_user_of_address(email) if email else None


def _make_user(issuer: Issuer, claims: Claims) -> Any:
    if not issuer.create_users:
        raise UnknownAccountError
    users: Any = get_user_model()
    user = users(
        **{users.USERNAME_FIELD: choose_username(issuer, claims["sub"], read_username(claims))}
    )
    # Mails lead to the account that has the address. Of another issuer's word a stranger could have
    # the address of someone else, and wait for them to come.
    email = read_verified_email(claims) if issuer.trusted_email else None
    name = name_email_field()
    if email and name and not is_taken(email):
        setattr(user, name, email)
    user.set_unusable_password()
    user.save()
    give_roles(user, read_claimed_roles(issuer, claims))
    return user
