"""The limits of fields in the OpenAPI document: patterns and ranges, and no words of a library."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.test.utils import isolate_apps
from drf_spectacular.generators import SchemaGenerator

from entity_api import Entity, EntitySerializer, EntityViewSet
from tests.own_actions import serve

with isolate_apps("tests.shop"):

    class Limited(Entity):
        code = models.CharField(max_length=9, blank=True, validators=[RegexValidator("^[a-z]+$")])
        slug = models.SlugField(blank=True)
        word = models.CharField(
            max_length=9, validators=[RegexValidator("^a", flags=re.IGNORECASE)]
        )
        plain = models.CharField(max_length=9, validators=[RegexValidator("x", inverse_match=True)])
        price = models.DecimalField(
            max_digits=6,
            decimal_places=2,
            validators=[MinValueValidator(0), MaxValueValidator(99)],
        )
        day = models.DateField(validators=[MinValueValidator(date(2020, 1, 31))])
        size = models.IntegerField(validators=[MinValueValidator(3)])

        class Meta(Entity.Meta):
            abstract = False
            app_label = "shop"


class LimitedSerializer(EntitySerializer):
    class Meta:
        model = Limited
        fields = ("code", "slug", "word", "plain", "price", "day", "size")


class LimitedViewSet(EntityViewSet):
    queryset = Limited._base_manager.all()
    serializer_class = LimitedSerializer


@pytest.fixture
def schema(monkeypatch: pytest.MonkeyPatch, settings: Any) -> dict[str, Any]:
    serve(monkeypatch, settings, limiteds=LimitedViewSet)
    made: Any = SchemaGenerator
    schemas = made().get_schema(request=None, public=True)["components"]["schemas"]
    found: dict[str, Any] = schemas["LimitedRequest"]
    return found


def test_a_text_that_may_be_empty_keeps_its_pattern(schema: dict[str, Any]) -> None:
    fields = schema["properties"]
    assert fields["code"]["pattern"] == "^$|^[a-z]+$"
    assert re.search(fields["slug"]["pattern"], "")
    assert not re.search(fields["slug"]["pattern"], "a b")


@pytest.mark.parametrize("name", ["word", "plain"])
def test_a_pattern_that_would_refuse_good_values_is_left_out(
    schema: dict[str, Any], name: str
) -> None:
    assert "pattern" not in schema["properties"][name]


def test_a_range_of_texts_is_told_in_words(schema: dict[str, Any]) -> None:
    fields = schema["properties"]
    assert fields["price"]["description"] == "At most 99. At least 0."
    assert fields["day"]["description"] == "At least 2020-01-31."
    assert (fields["size"]["minimum"], "description" in fields["size"]) == (3, False)


def test_a_serializer_without_a_docstring_has_no_description(schema: dict[str, Any]) -> None:
    assert "description" not in schema
