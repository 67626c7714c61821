"""The audit trail, and the counters of failed logins without Redis."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone


class EventName(models.TextChoices):
    """The kinds of audited events."""

    LOGIN = "login", "login"
    FAILURE = "failure", "failed login"
    LOCK = "lock", "lock"
    REFRESH = "refresh", "refresh"
    REPLAY = "replay", "replay of a refresh token"
    LOGOUT = "logout", "logout"
    REVOCATION = "revocation", "revocation"
    KEY_ROTATION = "key_rotation", "key rotation"
    ROLE_CHANGE = "role_change", "role change"
    PASSWORD_CHANGE = "password_change", "password change"
    CREATION = "creation", "creation of an account"
    RENAMING = "renaming", "renaming of an account"
    EMAIL_CHANGE = "email_change", "change of an e-mail address"
    DELETION = "deletion", "deletion of an account"
    UNLOCK = "unlock", "end of a lock"
    EXPORT = "export", "export of rows"
    IMPORT = "import", "import of rows"


def list_events() -> list[tuple[str, str]]:
    """Return the kinds of events as choices.

    Migrations name this function, so a new kind needs no migration.
    """
    return EventName.choices


class AppendOnlyError(Exception):
    """An audited event can be neither changed nor deleted."""


class AuthEventQuerySet(models.QuerySet["AuthEvent"]):
    """Reads and adds rows, and refuses any change of a row."""

    def update(self, **kwargs: Any) -> int:
        raise AppendOnlyError("Events of the audit are never changed.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError(
            "Events of the audit are never deleted by the service; the database's owner may."
        )


class AuthEvent(models.Model):
    """An event of an account or a key. Contains no secrets.

    Neither link to a user is enforced by the database or nulled on deletion: the trail outlives the
    account.
    """

    at = models.DateTimeField(default=timezone.now, db_index=True, editable=False)
    event = models.CharField(max_length=20, choices=list_events, db_index=True)
    detail = models.CharField(
        max_length=200, blank=True, help_text="The reason of a failure, the roles of a change"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="+",
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="+",
        db_index=False,
        help_text="The user who made the change, if it is another user",
    )
    username = models.CharField(
        max_length=150, blank=True, db_index=True, help_text="As it was tried"
    )
    provider = models.CharField(max_length=40, blank=True)
    address = models.GenericIPAddressField(null=True, db_index=True)
    agent = models.CharField(max_length=200, blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    objects = AuthEventQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name = "event"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.get_event_display()} {self.username}".rstrip()

    def save(self, **kwargs: Any) -> None:
        """Add the row; raises AppendOnlyError for a stored row."""
        if not self._state.adding:
            raise AppendOnlyError("Events of the audit are never changed.")
        super().save(**kwargs | {"force_insert": True})

    def delete(self, using: Any = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:  # noqa: FBT001, FBT002
        raise AppendOnlyError(
            "Events of the audit are never deleted by the service; the database's owner may."
        )


class LoginCounter(models.Model):
    """The failed logins of an account name or a client address; see auth_core.lockout."""

    key = models.CharField(max_length=80, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    touched_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "counter of failed logins"
        verbose_name_plural = "counters of failed logins"

    def __str__(self) -> str:
        return self.key
