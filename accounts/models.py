"""The users of the service."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import Group, PermissionsMixin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import models

from accounts.manager import UserManager
from accounts.passwords import hash_password
from accounts.saved_filters import SavedFilter  # noqa: F401 (Django looks for models here)
from accounts.usernames import LONGEST_NAME, UsernameKeyField, fold_username, validate_username
from entity_api import Entity
from statements.parameters import Parameter
from statements.statement import Statement

NAME_TAKEN = "A user with that username already exists."


class User(Entity, AbstractBaseUser, PermissionsMixin):
    """Who may call: a username and a password; roles are Django groups.

    `is_staff` opens the admin, never the API.
    """

    username = models.CharField(
        max_length=LONGEST_NAME,
        unique=True,
        validators=[UnicodeUsernameValidator(), validate_username],
        error_messages={"unique": NAME_TAKEN},
    )
    # Names are unique, found and counted by their folded form. Folding makes a name three times as
    # long at most.
    username_key = UsernameKeyField(
        "username", max_length=3 * LONGEST_NAME, unique=True, editable=False, blank=True
    )
    email = models.EmailField(null=True, blank=True)
    first_name = models.CharField(max_length=150, null=True, blank=True)
    last_name = models.CharField(max_length=150, null=True, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("may use the admin", default=False)

    # To whom a row belongs: a path of foreign keys to a user, or "self".
    owner_path = "self"

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    USERNAME_KEY_FIELD = "username_key"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta(Entity.Meta):
        abstract = False

    def __str__(self) -> str:
        return self.username or str(self.id)

    def save(self, *args: Any, **kwargs: Any) -> None:
        fields = kwargs.get("update_fields")
        if fields is not None and "username" in fields:
            kwargs["update_fields"] = {*fields, "username_key"}
        super().save(*args, **kwargs)

    def validate_unique(self, exclude: Collection[str] | None = None) -> None:
        """Refuse a name that is taken in any spelling: ValidationError. Forms ask it."""
        super().validate_unique(exclude)
        if "username" in (exclude or ()):
            return
        others = User.objects.exclude(pk=self.pk)
        if others.filter(username_key=fold_username(self.username)).exists():
            raise ValidationError({"username": ValidationError(NAME_TAKEN, "unique")})

    @staticmethod
    def fold_username(name: str) -> str:
        """Return what USERNAME_KEY_FIELD holds for a name.

        Logins find users by it, and lockout counts by it.
        """
        return fold_username(name)

    def set_password(self, raw_password: str | None) -> None:
        self.password = hash_password(raw_password)
        # Django passes it to AUTH_PASSWORD_VALIDATORS when the user is saved.
        self._password = raw_password

    @property
    def roles(self) -> list[str]:
        """The names of the user's groups, sorted; costs no query where `groups` was prefetched."""
        # Django keeps here what was prefetched.
        if "groups" in getattr(self, "_prefetched_objects_cache", ()):
            return sorted(group.name for group in self.groups.all())
        return sorted(name for (name,) in _groups_of_user().fetch(id=self.pk))


@cache
def _groups_of_user() -> Statement:
    """Return the names of a user's groups. Each request of a session asks for them."""
    key: Any = User._meta.pk
    groups = Group._default_manager.filter(user=Parameter("id", key))
    return Statement(groups.order_by().values_list("name"))
