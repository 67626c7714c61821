"""The document is made for any column without a default, also for those that refuse None."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import models
from django.test.utils import isolate_apps

from entity_api import EntitySerializer
from entity_api.openapi.fields import find_default


@pytest.mark.parametrize(
    ("column", "default"),
    [
        (models.BooleanField(), None),
        (models.BooleanField(default=True), True),
        (models.DateField(), None),
        (models.IntegerField(), None),
        (models.CharField(max_length=9, default="a"), "a"),
        (models.CharField(max_length=9, null=True), None),
    ],
)
@isolate_apps("tests.shop")
def test_the_default_of_a_column_is_found(column: Any, default: object) -> None:
    members = {
        "value": column,
        "__module__": __name__,
        "Meta": type("Meta", (), {"app_label": "shop"}),
    }
    model = type("Sample", (models.Model,), members)
    meta = type("Meta", (), {"model": model, "fields": ("value",)})
    serializer: Any = type("SampleSerializer", (EntitySerializer,), {"Meta": meta})()
    assert find_default(serializer.fields["value"]) == default
