"""The users that a proxy names."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from rest_framework.exceptions import AuthenticationFailed

from auth_core.account_name import key_field, name_key
from auth_core.user_lookup import find_user

LONGEST_NAME = 150


def find_or_make_user(name: str) -> Any:
    """Return the user whose name has this folded form, as a login finds it.

    An unknown user is made if settings.PROXY_CREATE_USERS says so, without a role and without a
    password. Raises AuthenticationFailed otherwise, and for a text that is no name.
    """
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise AuthenticationFailed("The proxy has sent no name of a user.", "malformed")
    user = find_user(key_field(), name_key(name))
    if user is None and settings.PROXY_CREATE_USERS:
        _make_user(name)
        user = find_user(key_field(), name_key(name))
    if user is None:
        raise AuthenticationFailed("The user has no account here.", "unknown_user")
    return user


def _make_user(name: str) -> None:
    users: Any = get_user_model()
    user = users(**{users.USERNAME_FIELD: name})
    user.set_unusable_password()
    others = {field.name for field in users._meta.fields} - {users.USERNAME_FIELD}
    try:
        user.clean_fields(exclude=others)
        with transaction.atomic():
            user.save()
    except ValidationError:
        raise AuthenticationFailed("The proxy has sent no name of a user.", "malformed") from None
    except IntegrityError:
        # Another request has made the user. If there is none afterwards, the caller refuses.
        return
