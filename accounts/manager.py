"""How users are found and written: by the folded form of their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import transaction
from django.db.models import QuerySet

from accounts.usernames import fold_username

if TYPE_CHECKING:
    from accounts.models import User

# The role that opens Django's admin too.
ADMIN_ROLE = "admin"


class UserQuerySet(QuerySet["User"]):
    """Keeps the folded name in step with the name."""

    def update(self, **kwargs: Any) -> int:
        """Update the rows. `username` must be a text, because only a text can be folded here.

        Raises TypeError for an expression.
        """
        if "username" in kwargs:
            name = kwargs["username"]
            if not isinstance(name, str):
                raise TypeError("A user name is set by a text. Save each user for anything else.")
            kwargs["username_key"] = fold_username(name)
        return super().update(**kwargs)


class UserManager(DjangoUserManager["User"]):
    use_in_migrations = False

    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def get_by_natural_key(self, username: str | None) -> User:
        """Find the user by any spelling of the name; User.DoesNotExist.

        Django's logins and createsuperuser ask it.
        """
        return self.get(username_key=fold_username(username or ""))

    def create_superuser(
        self,
        username: str,
        email: str | None = None,
        password: str | None = None,
        **extra_fields: Any,
    ) -> User:
        """Make a superuser with the role admin, if the policy has that role.

        Without a role, a superuser may do everything in the admin and next to nothing on the API.
        """
        with transaction.atomic(using=self.db):
            user = super().create_superuser(username, email, password, **extra_fields)
            if ADMIN_ROLE in settings.ROLES:
                group, _ = Group.objects.using(self.db).get_or_create(name=ADMIN_ROLE)
                user.groups.add(group)
        return user

    async def aget_by_natural_key(self, username: str | None) -> User:
        return await self.aget(username_key=fold_username(username or ""))
