"""The serializer of an entity: strict JSON in, camelCase JSON out, a write in a transaction."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.functional import classproperty
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from api_http.faults import MAX_FAULTS, UNKNOWN_FIELD
from entity_api.description.field_copies import copy_field
from entity_api.description.fields import ChoiceField
from entity_api.description.hooks import find_overrides
from entity_api.description.key_fields import ID, complete_key, find_link_key, is_fixed, leave_out
from entity_api.description.keys import find_key, name_key
from entity_api.description.kind_lookup import map_model_fields
from entity_api.description.link_fields import ToManyLinks, ToOneLink
from entity_api.description.model import list_own_names
from entity_api.description.model_links import (
    find_model_link,
    find_origin,
    needs_more_than_pair,
)
from entity_api.description.standard_fields import (
    complete_options,
    describe_standard_field,
    has_dated_fields,
    leave_uniqueness_to_the_database,
)
from entity_api.description.wire_names import rename_fields
from entity_api.writing.link_changes import list_stamps, record_change
from entity_api.writing.nested_links import save_links, split_links
from entity_api.writing.new_rows import make_row
from entity_api.writing.problems import writing
from statements.writing import insert, is_plain

if TYPE_CHECKING:
    from entity_api.description.field_kind import ModelField, SerializerField

READ_ONLY = ErrorDetail("This field is read-only.", code="read_only")


# The method that shows a row, and the methods that write it.
SHOW = "to_representation"
WRITES = ("create", "update", "save", "validate", "run_validation", "to_internal_value")

_patterns: dict[type[EntitySerializer], dict[str, serializers.Field[Any, Any, Any, Any]]] = {}


class EntitySerializer(serializers.ModelSerializer[Any]):
    """The base of an entity's serializer. `Meta` names the model and its fields.

    `id` is there by itself, and so are `createdAt` and `updatedAt` if the model has them. A
    foreign key becomes a relation to one row, and the accessor of its other side, such as
    `orders`, a relation to many.

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
        own = super().get_field_names(declared_fields, info)
        return list(dict.fromkeys([*list_own_names(self.Meta.model), *own]))

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return new copies of the fields, which are made from the model once for each class."""
        cls = type(self)
        if cls not in _patterns:
            _patterns[cls] = self._make_fields()
        return {name: copy_field(field) for name, field in _patterns[cls].items()}

    def _make_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return rename_fields(super().get_fields())

    def build_field(
        self, field_name: str, info: Any, model_class: Any, nested_depth: int
    ) -> tuple[Any, dict[str, Any]]:
        if field_name == ID:
            plain = self.build_standard_field(ID, find_key(model_class))
            return complete_key(model_class, *plain)
        if link := find_link_key(model_class, field_name):
            return self.build_relational_field(field_name, link)
        chosen, kwargs = super().build_field(field_name, info, model_class, nested_depth)
        if field_name == name_key(model_class):  # shown once more, under its own name
            kwargs = {"read_only": True, **leave_out(kwargs, "required", "validators")}
        return chosen, kwargs

    def build_standard_field(self, field_name: str, model_field: Any) -> tuple[Any, dict[str, Any]]:
        described = describe_standard_field(model_field)
        field_class, kwargs = super().build_standard_field(field_name, described)
        kwargs = leave_uniqueness_to_the_database(kwargs)
        if field_class is serializers.FilePathField:
            # It looks into the folder each time that it is made, and is only read here.
            field_class = serializers.CharField
        return field_class, complete_options(field_class, kwargs, model_field)

    def build_relational_field(
        self, field_name: str, relation_info: Any
    ) -> tuple[Any, dict[str, Any]]:
        if relation_info.to_many:
            origin = find_origin(find_model_link(self.Meta.model, field_name))
            rows = relation_info.related_model._default_manager
            return ToManyLinks, {"queryset": rows, "read_only": needs_more_than_pair(origin)}
        if relation_info.reverse:
            link = find_model_link(self.Meta.model, field_name)
            if find_origin(link).primary_key:  # a key does not change
                return ToOneLink, {"read_only": True}
            rows = relation_info.related_model._default_manager
            return ToOneLink, {"queryset": rows, "required": False, "allow_null": True}
        # Whichever column a link holds, it is an id on the wire.
        by_id = relation_info._replace(to_field=None)
        field_class, kwargs = super().build_relational_field(field_name, by_id)
        return field_class, leave_uniqueness_to_the_database(kwargs)

    def get_unique_together_validators(self) -> list[Any]:
        return []

    def get_unique_for_date_validators(self) -> list[Any]:
        model: Any = self.Meta.model
        return super().get_unique_for_date_validators() if has_dated_fields(model) else []

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
        refused = (key for key in data if key not in self.fields or self._is_closed(key))
        return {
            key: [READ_ONLY if key in self.fields else UNKNOWN_FIELD]
            for key in islice(refused, MAX_FAULTS)
        }

    def _is_closed(self, name: str) -> bool:
        """Return whether this write does not take the field. The key of a row does not change."""
        field: Any = self.fields[name]
        is_change = self.partial or self.instance is not None
        return field.read_only or (is_change and is_fixed(self.Meta.model, str(field.source)))

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
        model: Any = self.Meta.model
        with writing(model):
            for name, value in values.items():
                setattr(instance, name, value)
            if values:
                instance.save(update_fields=[*values, *list_stamps(model)])
            if save_links(self, instance, links) and not values:
                record_change(instance)
        return instance


def _is_hook(name: str) -> bool:
    return name == SHOW or name in WRITES or name.startswith("validate_")
