"""Second factors of users, and their recovery codes."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7


class FactorQuerySet(models.QuerySet["Factor"]):
    def confirmed(self) -> FactorQuerySet:
        """Return the factors whose owner has shown that the app works."""
        return self.exclude(confirmed_at=None)


class Factor(models.Model):
    """An authenticator app of a user: time-based one-time passwords (RFC 6238).

    The secret is encrypted under SECRET_KEY, as the service must know it to check a code. The row
    needs no constraint on the user: a user can be deleted while this app is not installed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, db_constraint=False, related_name="+"
    )
    secret = models.CharField(max_length=200, editable=False)
    # The number of the last time step whose code was taken. A code is good once.
    last_step = models.BigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    objects = FactorQuerySet.as_manager()
    kind: ClassVar = "totp"
    name: ClassVar = ""

    class Meta:
        ordering = ("id",)
        verbose_name = "second factor"

    def __str__(self) -> str:
        return f"Authenticator app of {self.user}"


class Passkey(models.Model):
    """A passkey of a user: a key pair of an authenticator (WebAuthn). The row has the public key.

    With a check of the user by the authenticator (a PIN, a finger) it stands for both factors.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, db_constraint=False, related_name="+"
    )
    name = models.CharField(max_length=100, blank=True)
    # In base64url, of at most 1023 bytes (WebAuthn, section 4, "Credential ID").
    credential_id = models.CharField(max_length=1364, unique=True, editable=False)
    public_key = models.BinaryField(editable=False)
    # The number by which authenticators know the account. It is random and says nothing of it.
    handle = models.CharField(max_length=64, editable=False)
    sign_count = models.BigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Passkey]] = models.Manager()
    kind: ClassVar = "passkey"

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"Passkey of {self.user}"


class UsedChallenge(models.Model):
    """A challenge of a passkey that was answered well. The row goes once the challenge is over."""

    digest = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)

    objects: ClassVar[models.Manager[UsedChallenge]] = models.Manager()

    def __str__(self) -> str:
        return "Used challenge"


class RememberedDevice(models.Model):
    """A client that needs no second factor for a while. The row holds the digest of its secret.

    `auth_hash` stands for the user's password, as in a session: a new password ends it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, db_constraint=False, related_name="+"
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    auth_hash = models.CharField(max_length=128, editable=False)
    agent = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()

    objects: ClassVar[models.Manager[RememberedDevice]] = models.Manager()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"Remembered device of {self.user}"


class BasicCode(models.Model):
    """A code that was good beside a password of Basic, for the address in its keyed digest."""

    digest = models.CharField(max_length=64, primary_key=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, db_constraint=False, related_name="+"
    )
    expires_at = models.DateTimeField()

    objects: ClassVar[models.Manager[BasicCode]] = models.Manager()

    def __str__(self) -> str:
        return f"Code of {self.user} for Basic"


class RecoveryCode(models.Model):
    """A code that is good once, in place of a second factor. The row holds its digest."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, db_constraint=False, related_name="+"
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    used_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[RecoveryCode]] = models.Manager()

    def __str__(self) -> str:
        return f"Recovery code of {self.user}"
