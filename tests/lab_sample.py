"""An entity of the lab with a field of each kind, and fields with defaults and bounds."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.validators import MinLengthValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models.functions import Abs
from django.test.utils import isolate_apps

from entity_api import ChoiceListField, Entity

STATUS = {"draft": "Draft", "in-progress": "In progress", "2nd": "Second"}
COLORS = {"red": "Red", "light blue": "Light blue", "green": "Green"}
LEVEL = {1: "Low", 2: "High"}

with isolate_apps("tests.shop"):

    class Sample(Entity):
        """A field of each kind."""

        title = models.CharField(max_length=50, null=True)
        body = models.TextField(null=True)
        email = models.EmailField(null=True)
        url = models.URLField(null=True)
        slug = models.SlugField(null=True)
        ip = models.GenericIPAddressField(null=True)
        uuid = models.UUIDField(null=True)
        count = models.IntegerField(null=True)
        small = models.PositiveSmallIntegerField(null=True)
        big = models.BigIntegerField(null=True)
        ratio = models.FloatField(null=True)
        price = models.DecimalField(max_digits=14, decimal_places=3, null=True)
        flag = models.BooleanField(null=True)
        seen_at = models.DateTimeField(null=True)
        day = models.DateField(null=True)
        hour = models.TimeField(null=True)
        length = models.DurationField(null=True)
        data = models.JSONField(null=True)
        status = models.CharField(max_length=20, choices=STATUS, null=True, blank=True)
        level = models.IntegerField(choices=LEVEL, null=True)
        colors = ChoiceListField(choices=COLORS)

        objects: ClassVar[models.Manager[Any]] = models.Manager()

        class Meta(Entity.Meta):
            abstract = False
            app_label = "shop"

    class Bounded(Entity):
        """Fields with defaults and bounds."""

        code = models.CharField(
            max_length=5,
            unique=True,
            validators=[MinLengthValidator(2), RegexValidator("^[a-z]+$")],
        )
        amount = models.IntegerField(default=7, validators=[MinValueValidator(3)])
        state = models.CharField(max_length=20, choices=STATUS, default="draft")
        stock = models.IntegerField(db_default=4)
        weight = models.IntegerField(db_default=Abs(-3))
        doubled = models.GeneratedField(
            expression=models.F("amount") * 2,
            output_field=models.IntegerField(),
            db_persist=True,
        )
        rate = models.FloatField(choices={0.5: "Half", 1.0: "Whole"}, default=1.0)
        fee = models.DecimalField(max_digits=6, decimal_places=2, default=0)
        raw = models.BinaryField(null=True)

        objects: ClassVar[models.Manager[Any]] = models.Manager()

        class Meta(Entity.Meta):
            abstract = False
            app_label = "shop"
