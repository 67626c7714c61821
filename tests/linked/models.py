"""Entities with every kind of link that a form of the admin can have."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from entity_api.description.model import Entity


class Owned(Entity):
    name = models.CharField(max_length=100, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    owner_path = "owner"

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta(Entity.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.name


class Tag(Owned):
    class Meta(Entity.Meta):
        abstract = False


class Post(Owned):
    text = models.TextField(blank=True)
    tag = models.ForeignKey(Tag, models.SET_NULL, null=True, blank=True, related_name="+")
    parent = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    tags = models.ManyToManyField(Tag, blank=True, related_name="posts")
    labels = models.ManyToManyField(Tag, blank=True, related_name="+")
    related = models.ManyToManyField("self", blank=True)
    prerequisites = models.ManyToManyField(
        "self", blank=True, symmetrical=False, related_name="followers"
    )

    class Meta(Entity.Meta):
        abstract = False


class Note(Owned):
    post = models.ForeignKey(Post, models.CASCADE, related_name="notes")
    about = models.ForeignKey(Tag, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta(Entity.Meta):
        abstract = False
