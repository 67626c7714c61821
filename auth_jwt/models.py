"""Sessions: a row for each login, read at every request with a token of the session."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7

from statements.parameters import Parameter


class SessionQuerySet(models.QuerySet["Session"]):
    def live(self, now: datetime | Parameter) -> SessionQuerySet:
        return self.filter(revoked_at=None, expires_at__gt=now)

    def dead(self, now: datetime) -> SessionQuerySet:
        return self.exclude(revoked_at=None, expires_at__gt=now)


class Session(models.Model):
    """A login session. A stolen row is useless: it holds no token, and tokens need the signing key.

    Only the refresh token of the current `generation` is valid. The row needs no constraint on the
    user: a user can be deleted while this app is not installed, and a session without a user opens
    nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, db_constraint=False, related_name="+"
    )
    created_at = models.DateTimeField()
    authenticated_at = models.DateTimeField(
        null=True, help_text="When the user last proved a password or another factor"
    )
    last_used_at = models.DateTimeField(help_text="To the minute")
    rotated_at = models.DateTimeField(
        "last refreshed at", help_text="When the current refresh token was made"
    )
    expires_at = models.DateTimeField(db_index=True, help_text="Unless refreshed before")
    ends_at = models.DateTimeField(help_text="Whether refreshed or not")
    revoked_at = models.DateTimeField(null=True)
    generation = models.PositiveIntegerField(default=1)
    # Django's session auth hash: an HMAC of the stored password hash under SECRET_KEY. Another
    # password, another hash.
    auth_hash = models.CharField(max_length=128, editable=False)
    address = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=200, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"Session {self.id}"
