"""A field without a kind, and option sets without names of their own, are warned of."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.db import models
from django.test.utils import isolate_apps
from rest_framework import serializers

from entity_api import Entity, EntitySerializer, EntityViewSet
from entity_api.kind_checks import check_kinds, check_names_of_choices
from entity_api.rest.viewset import make_viewset
from tests.lab import LAB_VIEWSETS
from tests.lab_sample import Bounded, Sample

with isolate_apps("tests.shop"):

    class Odd(Entity):
        signed = models.CharField(max_length=3, choices={"-1": "Less", "+1": "More"})
        objects: ClassVar[models.Manager[Any]] = models.Manager()

        class Meta(Entity.Meta):
            abstract = False
            app_label = "shop"


class OddSerializer(EntitySerializer):
    state = serializers.RegexField("^a", source="signed")

    class Meta:
        model = Odd
        fields = ("signed", "state")


class OddViewSet(EntityViewSet):
    queryset = Odd.objects.all()
    serializer_class = OddSerializer


def test_all_kinds_are_without_a_fault() -> None:
    viewset = LAB_VIEWSETS[Sample]
    assert [*check_kinds(viewset), *check_names_of_choices(viewset)] == []


def test_a_field_without_a_kind_is_a_warning_with_its_line() -> None:
    (fault,) = check_kinds(LAB_VIEWSETS[Bounded])
    assert (fault.id, fault.is_serious()) == ("entity_api.W001", False)
    assert fault.msg.startswith("tests/lab_sample.py, line ")
    assert "Bounded.raw has no kind. It is read-only, GraphQL shows it as JSON" in fault.msg
    assert "docs/fields.md" in str(fault.hint)


def test_a_field_of_the_author_is_written_as_its_class_allows() -> None:
    (fault,) = check_kinds(OddViewSet)
    assert "Odd.state has no kind. It is written as its class allows" in fault.msg
    assert fault.msg.startswith("tests/test_kind_checks.py, line ")


@isolate_apps("tests.shop")
def test_a_path_of_a_folder_is_shown_and_warned_of(tmp_path: Path) -> None:
    class Located(models.Model):
        place = models.FilePathField(path=str(tmp_path))

        class Meta:
            app_label = "shop"

        def __str__(self) -> str:
            return str(self.place)

    viewset = make_viewset(Located)
    (fault,) = check_kinds(viewset)
    assert "Located.place has no kind. It is read-only" in fault.msg
    assert viewset.serializer_class(Located(place="/a")).data["place"] == "/a"


def test_values_of_one_name_are_a_warning() -> None:
    (fault,) = check_names_of_choices(OddViewSet)
    assert fault.id == "entity_api.W002"
    assert "Several values of Odd.signed have the name _1 in GraphQL" in fault.msg


@pytest.mark.parametrize(
    ("value", "name"),
    [("draft", "draft"), ("in-progress", "in_progress"), (1, "_1"), (-1, "_1"), ("", "_"),
     ("2nd", "_2nd"), ("true", "true_"), ("__a", "_a"), ("é", "_")],
)  # fmt: skip
def test_a_value_has_a_name_that_graphql_takes(value: object, name: str) -> None:
    from entity_api.description.choices import name_value

    assert name_value(value) == name
