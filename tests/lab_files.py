"""An entity of the lab with files and images."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.validators import FileExtensionValidator
from django.db import models
from django.test.utils import isolate_apps

from entity_api import Entity

with isolate_apps("tests.shop"):

    class Paper(Entity):
        title = models.CharField(max_length=50, null=True)
        scan = models.FileField(upload_to="scans", null=True, blank=True)
        photo = models.ImageField(
            upload_to="photos/%Y", blank=True, width_field="width", height_field="height"
        )
        contract = models.FileField(validators=[FileExtensionValidator(["pdf"])])
        sealed_scan = models.FileField(editable=False)
        width = models.IntegerField(null=True, editable=False)
        height = models.IntegerField(null=True, editable=False)

        objects: ClassVar[models.Manager[Any]] = models.Manager()

        class Meta(Entity.Meta):
            abstract = False
            app_label = "shop"
