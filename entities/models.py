"""The sample domain. Ids are UUIDv7, so they sort by the time of creation; a deleted parent leaves its children."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import models
from uuid_utils.compat import uuid7

from entities.moments import MomentField
from entities.passwords import hash_password
from entities.user_manager import UserManager
from entities.usernames import LONGEST_NAME, UsernameKeyField, fold_username, validate_username

NAME_TAKEN = "A user with that username already exists."


class Entity(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = MomentField(auto_now_add=True)
    updated_at = MomentField(auto_now=True)

    class Meta:
        abstract = True
        # With the id, which breaks ties in every list: then any place in it is one look into the index.
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["created_at", "id"])]


class User(Entity, AbstractBaseUser, PermissionsMixin):
    """Who may call: a username and a password; roles are Django groups. `is_staff` opens the admin, never the API."""

    username = models.CharField(
        max_length=LONGEST_NAME,
        unique=True,
        validators=[UnicodeUsernameValidator(), validate_username],
        error_messages={"unique": NAME_TAKEN},
    )
    # Names are unique, found and counted by their folded form. Folding makes a name three times as long at most.
    username_key = UsernameKeyField("username", max_length=3 * LONGEST_NAME, unique=True, editable=False, blank=True)
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
        """Return what USERNAME_KEY_FIELD holds for a name. Logins find users by it, and lockout counts by it."""
        return fold_username(name)

    def set_password(self, raw_password: str | None) -> None:
        self.password = hash_password(raw_password)
        # Django tells AUTH_PASSWORD_VALIDATORS of it once the user is saved.
        self._password = raw_password

    @property
    def roles(self) -> list[str]:
        """The names of the user's groups, sorted; costs no query where `groups` was prefetched."""
        return sorted(group.name for group in self.groups.all())


class Address(Entity):
    address_1 = models.CharField(max_length=1000, null=True, blank=True)
    address_2 = models.CharField(max_length=1000, null=True, blank=True)
    city = models.CharField(max_length=1000, null=True, blank=True)
    state = models.CharField(max_length=1000, null=True, blank=True)
    zip = models.IntegerField(null=True, blank=True)

    class Meta(Entity.Meta):
        abstract = False
        verbose_name_plural = "addresses"

    def __str__(self) -> str:
        return ", ".join(part for part in (self.address_1, self.city, self.state) if part) or str(self.id)


class Customer(Entity):
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    email = models.EmailField(null=True, blank=True)
    first_name = models.CharField(max_length=1000, null=True, blank=True)
    last_name = models.CharField(max_length=1000, null=True, blank=True)
    phone = models.CharField(max_length=1000, null=True, blank=True)
    address = models.ForeignKey(Address, models.SET_NULL, null=True, blank=True, related_name="customers")

    owner_path = "owner"

    class Meta(Entity.Meta):
        abstract = False

    def __str__(self) -> str:
        return " ".join(part for part in (self.first_name, self.last_name) if part) or self.email or str(self.id)


class Product(Entity):
    name = models.CharField(max_length=1000, null=True, blank=True)
    description = models.CharField(max_length=1000, null=True, blank=True)
    item_price = models.FloatField(null=True, blank=True)

    class Meta(Entity.Meta):
        abstract = False

    def __str__(self) -> str:
        return self.name or str(self.id)


class Order(Entity):
    quantity = models.IntegerField(null=True, blank=True)
    discount = models.FloatField(null=True, blank=True)
    total_price = models.IntegerField(null=True, blank=True)
    customer = models.ForeignKey(Customer, models.SET_NULL, null=True, blank=True, related_name="orders")
    product = models.ForeignKey(Product, models.SET_NULL, null=True, blank=True, related_name="orders")

    owner_path = "customer.owner"

    class Meta(Entity.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"{self.quantity or 0} for {self.total_price or 0}"
