"""A plugin's table whose rows go with their user."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models


class Key(models.Model):
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, db_constraint=False, related_name="+"
    )

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    def __str__(self) -> str:
        return f"Key {self.pk}"
