"""The serializer of an entity: strict JSON in, camelCase JSON out, a write in a transaction."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.functional import classproperty
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.validators import UniqueValidator

from api_http.faults import MAX_FAULTS, UNKNOWN_FIELD
from entity_api.description.computed import ComputedField
from entity_api.description.fields import ChoiceField
from entity_api.description.hooks import find_overrides
from entity_api.description.kind_lookup import find_kind, map_model_fields
from entity_api.description.link_fields import ToManyLinks, ToOneLink
from entity_api.description.model_links import (
    find_model_link,
    find_origin,
    needs_more_than_pair,
)
from entity_api.description.standard_fields import complete_options, describe_standard_field
from entity_api.description.wire_names import rename_fields
from entity_api.writing.link_changes import CHANGED, record_change
from entity_api.writing.nested_links import save_links, split_links
from entity_api.writing.new_rows import make_row
from entity_api.writing.problems import writing
from statements.writing import insert, is_plain

if TYPE_CHECKING:
    from entity_api.description.field_kind import ModelField, SerializerField

EVERY_ENTITY = ("id", "created_at", "updated_at")
READ_ONLY = ErrorDetail("This field is read-only.", code="read_only")


# The method that shows a row, and the methods that write it.
SHOW = "to_representation"
WRITES = ("create", "update", "save", "validate", "run_validation", "to_internal_value")

_patterns: dict[type[EntitySerializer], dict[str, serializers.Field[Any, Any, Any, Any]]] = {}


class EntitySerializer(serializers.ModelSerializer[Any]):
    """The base of an entity's serializer. `Meta` names the model and its fields.

    `id`, `createdAt` and `updatedAt` are there by themselves. A foreign key becomes a relation to
    one row, and the accessor of its other side, such as `orders`, a relation to many.

    `is_valid()` raises ValidationError for an unknown or read-only key, and for a value of another
    JSON type than the field's. `save()` raises Conflict (409) where a unique value is taken.
    """

    serializer_related_field = ToOneLink
    serializer_choice_field = ChoiceField
    # The methods of DRF that a serializer overrides.
    overridden: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.overridden = find_overrides(cls, EntitySerializer, _is_hook)

    @classmethod
    def list_write_hooks(cls) -> list[str]:
        """Return the overridden methods that change how rows are written, by name."""
        return sorted(cls.overridden - {SHOW})

    @classproperty
    def serializer_field_mapping(
        cls,  # noqa: N805
    ) -> dict[ModelField, SerializerField]:
        """Return the serializer's field for each field of a model, as the table of kinds has it."""
        return {**serializers.ModelSerializer.serializer_field_mapping, **map_model_fields()}

    def get_field_names(self, declared_fields: Mapping[str, Any], info: Any) -> list[str]:
        return [*EVERY_ENTITY, *super().get_field_names(declared_fields, info)]

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return new copies of the fields, which are made from the model once for each class."""
        cls = type(self)
        if cls not in _patterns:
            _patterns[cls] = self._make_fields()
        return {name: _copy_field(field) for name, field in _patterns[cls].items()}

    def _make_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return rename_fields(super().get_fields())

    def build_standard_field(self, field_name: str, model_field: Any) -> tuple[Any, dict[str, Any]]:
        described = describe_standard_field(model_field)
        field_class, kwargs = super().build_standard_field(field_name, described)
        kwargs = _leave_uniqueness_to_the_database(kwargs)
        return field_class, complete_options(field_class, kwargs, model_field)

    def build_relational_field(
        self, field_name: str, relation_info: Any
    ) -> tuple[Any, dict[str, Any]]:
        if relation_info.to_many:
            origin = find_origin(find_model_link(self.Meta.model, field_name))
            rows = relation_info.related_model._default_manager
            return ToManyLinks, {"queryset": rows, "read_only": needs_more_than_pair(origin)}
        if relation_info.reverse:
            rows = relation_info.related_model._default_manager
            return ToOneLink, {"queryset": rows, "required": False, "allow_null": True}
        # Whichever column a link holds, it is an id on the wire.
        by_id = relation_info._replace(to_field=None)
        field_class, kwargs = super().build_relational_field(field_name, by_id)
        return field_class, _leave_uniqueness_to_the_database(kwargs)

    def get_unique_together_validators(self) -> list[Any]:
        return []

    def get_unique_for_date_validators(self) -> list[Any]:
        return super().get_unique_for_date_validators() if _has_dated_fields(type(self)) else []

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        faults = self._find_refused_keys(data) if isinstance(data, Mapping) else {}
        try:
            values: dict[str, Any] = super().to_internal_value(data)
        except ValidationError as error:
            raise ValidationError(
                {**error.detail, **faults} if isinstance(error.detail, dict) else faults
            ) from None
        if faults:
            raise ValidationError(faults)
        return values

    def _find_refused_keys(self, data: Mapping[str, Any]) -> dict[str, list[ErrorDetail]]:
        refused = (key for key in data if key not in self.fields or self.fields[key].read_only)
        return {
            key: [READ_ONLY if key in self.fields else UNKNOWN_FIELD]
            for key in islice(refused, MAX_FAULTS)
        }

    def create(self, validated_data: dict[str, Any]) -> Any:
        values, links = split_links(self, validated_data)
        model: Any = self.Meta.model
        with writing(model, alone=not links and is_plain(model)):
            instance = make_row(model, values)
            insert(instance)
            save_links(self, instance, links)
        return instance

    def update(self, instance: Any, validated_data: dict[str, Any]) -> Any:
        """Write the given fields alone: two writers of different fields do not undo each other."""
        values, links = split_links(self, validated_data)
        with writing(self.Meta.model):
            for name, value in values.items():
                setattr(instance, name, value)
            if values:
                instance.save(update_fields=[*values, CHANGED])
            if save_links(self, instance, links) and not values:
                record_change(instance)
        return instance


def _is_hook(name: str) -> bool:
    return name == SHOW or name in WRITES or name.startswith("validate_")


def _copy_field(field: serializers.Field[Any, Any, Any, Any]) -> Any:
    """Return a copy of a field that has no serializer yet.

    DRF makes a new field for each copy, which takes ten times as long. A field of the engine holds
    plain values, and the list of validators is all that changes in its place.
    """
    cls: Any = type(field)
    if cls not in (ComputedField, ToOneLink, ToManyLinks) and not find_kind(cls):
        return deepcopy(field)
    copied: Any = object.__new__(cls)
    copied.__dict__.update(field.__dict__)
    copied.validators = list(field.validators)
    return copied


def _leave_uniqueness_to_the_database(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Drop the query before the write: it would let two writes at the same time pass."""
    validators = [
        each for each in kwargs.pop("validators", []) if not isinstance(each, UniqueValidator)
    ]
    return {**kwargs, "validators": validators} if validators else kwargs


@cache
def _has_dated_fields(serializer: type[EntitySerializer]) -> bool:
    model: Any = serializer.Meta.model
    dated = ("unique_for_date", "unique_for_month", "unique_for_year")
    return any(getattr(field, name) for field in model._meta.concrete_fields for name in dated)
