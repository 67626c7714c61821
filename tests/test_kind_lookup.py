"""A kind is found by the class of a value, and by a field of DRF."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from rest_framework import serializers

from entity_api.description.kind_lookup import name_kind_of_drf, name_kind_of_value
from entity_api.description.kinds import KINDS


class ShortText(serializers.CharField):
    pass


@pytest.mark.parametrize(
    ("python", "kind"),
    [(bool, "boolean"), (int, "integer"), (Decimal, "decimal"), (timedelta, "duration"), (set, "")],
)
def test_the_class_of_a_value_names_its_kind(python: type, kind: str) -> None:
    assert name_kind_of_value(python) == kind


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        (ShortText(), "text"),
        (serializers.EmailField(), "text"),
        (serializers.IntegerField(), "integer"),
        (serializers.TimeField(), "time"),
        (serializers.JSONField(), "json"),
        (serializers.SerializerMethodField(), ""),
    ],
)
def test_a_field_of_drf_or_a_subclass_has_its_kind(field: Any, kind: str) -> None:
    assert name_kind_of_drf(field) == kind


def test_no_two_kinds_claim_one_class() -> None:
    claimed = [kind.python for kind in KINDS.values() if kind.python]
    claimed += [cls for kind in KINDS.values() for cls in kind.drf]
    assert len(claimed) == len(set(claimed))
