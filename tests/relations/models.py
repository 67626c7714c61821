"""One-to-one from both sides, and rows that belong to one user or to many by links of several
kinds.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from entity_api.description.model import Entity

USER = settings.AUTH_USER_MODEL


class Member(Entity):
    nick = models.CharField(max_length=100)


class Profile(Entity):
    bio = models.CharField(max_length=100)
    member = models.OneToOneField(
        Member, models.SET_NULL, null=True, blank=True, related_name="profile"
    )


class Staff(Entity):
    """Belongs to a user whom the API names."""

    name = models.CharField(max_length=100)
    user = models.OneToOneField(USER, models.CASCADE, null=True, blank=True, related_name="+")
    owner_path = "user"


class Desk(Entity):
    """Belongs to a user whom the API cannot name."""

    name = models.CharField(max_length=100)
    user = models.OneToOneField(
        USER, models.CASCADE, null=True, blank=True, editable=False, related_name="+"
    )
    owner_path = "user"


class Club(Entity):
    """Belongs to many users."""

    name = models.CharField(max_length=100)
    people: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        USER, blank=True, related_name="+"
    )
    owner_path = "people"


class Meeting(Entity):
    """Belongs to the users of its clubs, of which a user may be in several."""

    name = models.CharField(max_length=100)
    clubs = models.ManyToManyField(Club, blank=True, related_name="meetings")
    owner_path = "clubs.people"
