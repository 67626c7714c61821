"""Entities, and what their fields are to a type checker."""

from datetime import datetime
from typing import assert_type
from uuid import UUID

from django.db import models

from entity_api import ChoiceListField, Entity, TextIndex


class Brand(Entity):
    name = models.CharField(max_length=50)

    class Meta(Entity.Meta):
        abstract = False
        indexes = (*Entity.Meta.indexes, TextIndex("name", name="brand_name_text"))


class Shirt(Entity):
    size = models.CharField(max_length=1, choices={"s": "Small", "l": "Large"})
    colors = ChoiceListField(choices={"red": "Red", "blue": "Blue"})
    brand = models.ForeignKey(Brand, models.CASCADE, related_name="shirts")

    class Meta(Entity.Meta):
        abstract = False


def describe(brand: Brand) -> None:
    assert_type(brand.id, UUID)
    assert_type(brand.created_at, datetime)
    assert_type(Brand.objects.get(pk=brand.pk), Brand)
