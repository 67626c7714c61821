"""Entities that are declared by a model and one line."""

from django.conf import settings
from django.db import models

from entity_api import Entity


class Author(Entity):
    """Somebody who reviews."""

    name = models.CharField(max_length=100)


class Review(Entity):
    title = models.CharField(max_length=100)
    text = models.TextField(blank=True)
    stars = models.IntegerField(null=True, blank=True)
    is_public = models.BooleanField(default=False)
    author = models.ForeignKey(Author, models.CASCADE, null=True, related_name="reviews")
    similar = models.ManyToManyField("self", blank=True)
    secret = models.CharField(max_length=100, editable=False, default="secret")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, editable=False, related_name="+"
    )

    def __str__(self) -> str:
        return self.title


class Verdict(Review):
    """A child of another entity, with a table of its own and no Meta."""

    judge = models.CharField(max_length=100)


class Order(Entity):
    """Has the name of another entity."""

    weight = models.IntegerField(null=True)
    review = models.ForeignKey(Review, models.CASCADE, null=True, related_name="parcels")


class Tag(Entity):
    """Has an admin and a serializer of its own."""

    name = models.CharField(max_length=100)
    hidden = models.CharField(max_length=100, default="hidden")
    review = models.OneToOneField(Review, models.CASCADE, null=True, related_name="tag")
