"""The base of an entity's model. Ids are UUIDv7, so they sort by the time of creation."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from uuid_utils.compat import uuid7

from entity_api.description.moments import MomentField


class Entity(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = MomentField(auto_now_add=True)
    updated_at = MomentField(auto_now=True)

    class Meta:
        abstract = True
        # With the id, which breaks ties in every list: then any place in it is one look into the index.
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["created_at", "id"])]
