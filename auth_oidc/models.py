"""Which subject of which issuer is which user, and the logins that wait to be fetched."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from uuid_utils.compat import uuid7

from auth_oidc.issuers import LONGEST


class Identity(models.Model):
    """A subject of an issuer who may act as a user.

    The row needs no constraint on the user: a user can be deleted while this app is not installed,
    and an identity without a user opens nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, db_constraint=False, related_name="+"
    )
    issuer = models.CharField(max_length=LONGEST)
    subject = models.CharField(max_length=LONGEST, help_text="The claim sub of its tokens")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)
        verbose_name_plural = "identities"
        constraints = (
            models.UniqueConstraint(
                fields=("issuer", "subject"), name="auth_oidc_identity_of_one_user"
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject} at {self.issuer}"


class FinishedLogin(models.Model):
    """A login that an issuer has confirmed. A stolen row is useless: it holds digests alone.

    A state is good for one row, and the code of a row for one exchange. Strangers cannot make rows.
    """

    state_digest = models.CharField(primary_key=True, max_length=64, editable=False)
    code_digest = models.CharField(max_length=64, unique=True, null=True)
    challenge = models.CharField(max_length=43)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    issuer = models.CharField(max_length=LONGEST)
    subject = models.CharField(max_length=LONGEST)
    finished_at = models.DateTimeField(db_index=True)
    authenticated_at = models.DateTimeField(null=True, help_text="The claim auth_time")

    def __str__(self) -> str:
        return f"Login of {self.subject} at {self.issuer}"
