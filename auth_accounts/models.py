"""Verified e-mail addresses, and the tokens of links in mails."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

# An address has 254 characters (RFC 5321), and folding makes a text three times as long at most.
LONGEST_ADDRESS = 254
LONGEST_FOLDED = 3 * LONGEST_ADDRESS


class Purpose(models.TextChoices):
    """What the owner of a token may do with it, once."""

    SIGN_UP = "sign_up", "sign-up"
    RESET = "reset", "new password"
    EMAIL = "email", "new e-mail address"
    INVITATION = "invitation", "invitation"


class EmailAddress(models.Model):
    """The verified address of an account: its owner has opened a link that was sent there.

    An account has at most one, and it is equal to the account's e-mail.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, db_constraint=False, related_name="+"
    )
    address = models.EmailField(max_length=LONGEST_ADDRESS)
    folded = models.CharField(max_length=LONGEST_FOLDED, unique=True, editable=False)
    verified_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "verified e-mail address"
        verbose_name_plural = "verified e-mail addresses"

    def __str__(self) -> str:
        return self.address


class AccountToken(models.Model):
    """A token that was sent by mail. The row has its SHA-256 alone, so a stolen row is useless.

    The user is a link without a constraint: users stay deletable without this app.
    """

    digest = models.CharField(max_length=64, primary_key=True, editable=False)
    purpose = models.CharField(max_length=20, choices=Purpose.choices, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        db_constraint=False,
        related_name="+",
        editable=False,
    )
    address = models.EmailField(max_length=LONGEST_ADDRESS)
    folded = models.CharField(max_length=LONGEST_FOLDED, db_index=True, editable=False)
    # Of a sign-up: the user name and the hash of the password. Of an invitation: nothing.
    username = models.CharField(max_length=150, blank=True, editable=False)
    password = models.CharField(max_length=128, blank=True, editable=False)
    # Of an invitation.
    role = models.CharField(max_length=150, blank=True)
    # Django's session auth hash: another password of the user, another hash, and the token is dead.
    auth_hash = models.CharField(max_length=128, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(db_index=True, editable=False)

    class Meta:
        ordering = ("-created_at",)
        verbose_name = "token"

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.address}"


class KnownDevice(models.Model):
    """A device that an account was used on, as a digest; see auth_accounts/devices.py."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, db_constraint=False, related_name="+"
    )
    digest = models.CharField(max_length=64)
    added_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("user", "digest"), name="auth_accounts_known_device"),
        )

    def __str__(self) -> str:
        return f"{self.digest[:8]} of {self.user_id}"


class InvitationManager(models.Manager["Invitation"]):
    def get_queryset(self) -> models.QuerySet[Invitation]:
        return super().get_queryset().filter(purpose=Purpose.INVITATION)


class Invitation(AccountToken):
    """An invitation that waits for its guest."""

    objects: ClassVar[InvitationManager] = InvitationManager()

    class Meta:
        proxy = True
        ordering = ("-created_at",)
        verbose_name = "invitation"
