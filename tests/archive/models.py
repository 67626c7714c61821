"""Entities with a field of each kind and with files, for the admin."""

from django.db import models

from entity_api import ChoiceListField, Entity
from tests.lab_sample import COLORS, LEVEL, STATUS


class Record(Entity):
    title = models.CharField(max_length=50, blank=True)
    link = models.URLField(null=True, blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)
    uuid = models.UUIDField(null=True, blank=True)
    big = models.BigIntegerField(null=True, blank=True)
    ratio = models.FloatField(null=True, blank=True)
    price = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)
    flag = models.BooleanField(default=False)
    seen_at = models.DateTimeField(null=True, blank=True)
    day = models.DateField(null=True, blank=True)
    hour = models.TimeField(null=True, blank=True)
    length = models.DurationField(null=True, blank=True)
    data = models.JSONField(null=True, blank=True)
    status = models.CharField(max_length=20, choices=STATUS, default="draft")
    level = models.IntegerField(choices=LEVEL, null=True, blank=True)
    colors = ChoiceListField(choices=COLORS, blank=True)
    levels = ChoiceListField(choices=LEVEL, blank=True)
    doubled = models.GeneratedField(
        expression=models.F("big") * 2, output_field=models.BigIntegerField(), db_persist=True
    )
    scan = models.FileField(upload_to="scans", blank=True)
    photo = models.ImageField(upload_to="photos", blank=True)


class Page(Entity):
    record = models.ForeignKey(Record, models.CASCADE, related_name="pages")
    scan = models.FileField(upload_to="pages", blank=True)
