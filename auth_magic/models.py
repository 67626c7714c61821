"""Logins by mail that wait for their link or code."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class MagicLogin(models.Model):
    """A login that a client has asked for. A stolen row is useless: it holds digests alone, and
    that of the code is made with the secret of the client.

    The row needs no constraint on the user: users stay deletable without this app.
    """

    client_digest = models.CharField(max_length=64, primary_key=True)
    token_digest = models.CharField(max_length=64)
    code_digest = models.CharField(max_length=64)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, db_constraint=False, related_name="+"
    )
    # Django's session auth hash: another password, another hash, and the row is dead.
    auth_hash = models.CharField(max_length=128)
    tries = models.PositiveSmallIntegerField(default=0)
    is_claimed = models.BooleanField(default=False)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"Login by mail until {self.expires_at:%H:%M:%S}"
