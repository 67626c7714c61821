"""Entities with every kind of relation: the tests of docs/relations.md use them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from entity_api import Entity

USER = settings.AUTH_USER_MODEL


class Country(Entity):
    code = models.CharField(max_length=2, unique=True)
    is_open = models.BooleanField(default=True)
    neighbors: models.ManyToManyField[Any, Any] = models.ManyToManyField("self", blank=True)


class Person(Entity):
    name = models.CharField(max_length=100)
    boss = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="reports")
    mentor = models.OneToOneField(
        "self", models.SET_NULL, null=True, blank=True, related_name="pupil"
    )
    friends: models.ManyToManyField[Any, Any] = models.ManyToManyField("self", blank=True)
    follows: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="followers"
    )


class Passport(Entity):
    number = models.CharField(max_length=20, unique=True)
    holder = models.OneToOneField(
        Person, models.SET_NULL, null=True, blank=True, related_name="passport"
    )


class Visa(Entity):
    """Finds its country by the code. Countries that are not open get no new ones."""

    days = models.IntegerField(null=True, blank=True)
    holder = models.ForeignKey(Person, models.CASCADE, related_name="visas")
    country = models.ForeignKey(
        Country,
        models.PROTECT,
        null=True,
        blank=True,
        to_field="code",
        related_name="visas",
        limit_choices_to={"is_open": True},
    )
    issuer = models.ForeignKey(Country, models.RESTRICT, null=True, blank=True, related_name="+")


class Tag(Entity):
    name = models.CharField(max_length=100)


def limit_guides() -> models.Q:
    return models.Q(visas__days__gte=10)


class Trip(Entity):
    name = models.CharField(max_length=100)
    tags: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        Tag, blank=True, related_name="trips"
    )
    guides: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        Person, blank=True, related_name="guided", limit_choices_to=limit_guides
    )
    stops: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        Country, through="Stop", blank=True, related_name="trips"
    )
    crew: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        Person, through="Berth", blank=True, related_name="trips"
    )


class Stop(Entity):
    """A pair of a link to many. It needs nothing more."""

    trip = models.ForeignKey(Trip, models.CASCADE, related_name="+")
    country = models.ForeignKey(Country, models.CASCADE, related_name="+")
    nights = models.IntegerField(default=1)


class Berth(Entity):
    """A pair of a link to many that needs a value of its own, so it is an entity too."""

    trip = models.ForeignKey(Trip, models.CASCADE, related_name="berths")
    person = models.ForeignKey(Person, models.CASCADE, related_name="berths")
    bunk = models.IntegerField()


class Note(Entity):
    """Is found by names that its links do not choose, or that differ in lookups."""

    text = models.CharField(max_length=100)
    trip = models.ForeignKey(Trip, models.CASCADE, null=True, blank=True)
    author = models.ForeignKey(
        Person,
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="notes",
        related_query_name="written",
    )
    editor = models.ForeignKey(
        Person, models.SET_DEFAULT, null=True, blank=True, default=None, related_name="edited"
    )
    cover_of = models.OneToOneField(
        Trip,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="cover",
        related_query_name="covered",
    )


class Team(Entity):
    """Belongs to its members."""

    name = models.CharField(max_length=100)
    members: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        USER, blank=True, related_name="teams"
    )

    owner_path = "members"


class Plan(Entity):
    """Belongs to the members of its teams."""

    title = models.CharField(max_length=100)
    teams: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        Team, blank=True, related_name="plans"
    )

    owner_path = "teams.members"


class Badge(Entity):
    """Belongs to the user whose badge it is."""

    color = models.CharField(max_length=20, null=True, blank=True)
    user = models.OneToOneField(USER, models.CASCADE, null=True, blank=True, related_name="+")

    owner_path = "user"


class Locker(Entity):
    """Belongs to a user whom it knows by the name."""

    number = models.IntegerField()
    user = models.ForeignKey(
        USER, models.CASCADE, null=True, editable=False, to_field="username", related_name="+"
    )

    owner_path = "user"


class Stamp(Entity):
    """Belongs to the user of its badge."""

    text = models.CharField(max_length=20)
    badge = models.OneToOneField(Badge, models.CASCADE, null=True, blank=True, related_name="stamp")

    owner_path = "badge.user"
