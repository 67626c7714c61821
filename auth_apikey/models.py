"""API keys: a row for each, read at every request that sends the key."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7

if TYPE_CHECKING:
    from auth_core import Limit


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def kept(self) -> ApiKeyQuerySet:
        """Return the keys that were not revoked, the expired ones included."""
        return self.filter(revoked_at=None)


class ApiKey(models.Model):
    """A key of a user. A stolen row is useless: it holds a digest, and the secret has 256 bits.

    `actions`, `entities` and `roles` narrow what the key may be used for; `None` narrows nothing. A
    revoked key keeps its row, so that its late uses are no failures. The row needs no constraint on
    the user: a user can be deleted while this app is not installed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, db_constraint=False, related_name="+"
    )
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, unique=True, help_text="Of the key, after “sk_”")
    digest = models.CharField(max_length=64, editable=False)
    actions = models.JSONField(null=True)
    entities = models.JSONField(null=True)
    roles = models.JSONField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True, help_text="To five minutes")
    revoked_at = models.DateTimeField(null=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name = "API key"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("user", "name"),
                condition=models.Q(revoked_at=None),
                name="auth_apikey_name_of_user",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} (sk_{self.prefix})"

    def has_ended(self, now: datetime) -> bool:
        """Whether the key was revoked, or has expired."""
        return self.revoked_at is not None or bool(self.expires_at and self.expires_at <= now)

    def find_limit(self) -> Limit:
        """Return what the key may be used for. A key without scopes has a limit too: it opens no
        other way into the account.
        """
        from auth_core import Limit  # noqa: PLC0415 (a check refuses a start without it)

        return Limit(roles=self.roles, actions=self.actions, entities=self.entities)
