"""Models as Django's tutorials write them: keys of every kind, no times, and their inheritance."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import uuid4

from django.db import models


class Country(models.Model):
    """Its key is a text that the client gives."""

    code = models.CharField(max_length=40, primary_key=True)
    name = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return self.code


class Label(models.Model):
    """Its key is a number that the client gives."""

    number = models.IntegerField(primary_key=True)
    text = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return self.text


class City(models.Model):
    """The database numbers its rows."""

    name = models.CharField(max_length=100, unique=True)
    size = models.IntegerField(null=True, blank=True)
    country = models.ForeignKey(Country, models.SET_NULL, null=True, related_name="cities")
    labels: Any = models.ManyToManyField(Label, blank=True, related_name="cities")

    def __str__(self) -> str:
        return self.name


class Word(models.Model):
    """It has its given key and nothing else."""

    text = models.CharField(max_length=40, primary_key=True)

    def __str__(self) -> str:
        return self.text


class Visit(models.Model):
    """It has a time of change under a name of its own."""

    id = models.BigAutoField(primary_key=True)
    note = models.CharField(max_length=100, blank=True)
    changed = models.DateTimeField(auto_now=True)
    city = models.ForeignKey(City, models.CASCADE, null=True, related_name="visits")

    def __str__(self) -> str:
        return self.note


class Paper(models.Model):
    """Its key is a UUID of version 4, and it has no times."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    title = models.CharField(max_length=100, null=True)
    country = models.ForeignKey(Country, models.CASCADE, null=True, related_name="papers")

    def __str__(self) -> str:
        return str(self.title)


class Mayor(models.Model):
    """Its key is the link to its city."""

    city = models.OneToOneField(City, models.CASCADE, primary_key=True, related_name="mayor")
    name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.name


class Port(City):
    """A child of City, with a table of its own."""

    depth = models.IntegerField(null=True)


class BigCities(models.Manager["City"]):
    def get_queryset(self) -> models.QuerySet[City]:
        return super().get_queryset().filter(size__gte=1000)


class Metropolis(City):
    """A proxy whose manager hides rows."""

    objects: ClassVar[models.Manager[Any]] = BigCities()

    class Meta:
        proxy = True
