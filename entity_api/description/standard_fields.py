"""The arguments of a serializer's field that follow from the model's field."""

from __future__ import annotations

from copy import copy
from functools import cache, partial
from typing import Any

from django.db.models import NOT_PROVIDED, Model
from rest_framework.exceptions import ValidationError
from rest_framework.validators import UniqueValidator

from entity_api.description.fields import (
    ChoiceField,
    ChoiceListField,
    IntegerField,
    integer_range,
)
from entity_api.description.file_field import FileField
from entity_api.description.kind_lookup import find_kind

# What a field takes that is read-only.
_SHOWN = ("model_field", "label", "help_text", "style", "child", "allow_null")


def describe_standard_field(model_field: Any) -> Any:
    """Return the model's field by which DRF chooses the serializer's field.

    A generated column is of the kind of its expression. Only texts and integers are option sets,
    and no key is one: an id is a text.
    """
    if model_field.generated:
        output = copy(model_field.output_field)
        output.editable, output.null = False, True
        return output
    if model_field.choices and (model_field.primary_key or not _is_option_set(model_field)):
        plain = copy(model_field)
        plain.choices = None
        return plain
    return model_field


def _is_option_set(model_field: Any) -> bool:
    values = [value for value, _ in model_field.flatchoices if value is not None]
    return bool(values) and any(
        all(isinstance(value, kind) and not isinstance(value, bool) for value in values)
        for kind in (str, int)
    )


def complete_options(cls: Any, options: dict[str, Any], model_field: Any) -> dict[str, Any]:
    """Return the arguments of a serializer's field of this class, out of those that DRF chose.

    The serializer does not know the values of a field without a kind, so it only shows them. A
    class of the author's own names its kind.
    """
    options = dict(options)
    if find_kind(cls) is None and not getattr(cls, "kind", ""):
        return {"read_only": True, **_choose(options, _SHOWN)}
    if issubclass(cls, FileField):
        return _choose(options, ("read_only", "label", "help_text"))
    if issubclass(cls, IntegerField):
        # Django may take the range of SQLite's integers, which is wider than the column's.
        least, greatest = integer_range(model_field.get_internal_type())
        options["min_value"] = max(least, options.get("min_value", least))
        options["max_value"] = min(greatest, options.get("max_value", greatest))
    if issubclass(cls, ChoiceListField):
        options = {name: options[name] for name in options if name not in ("encoder", "decoder")}
        options["choices"] = model_field.options
    elif issubclass(cls, ChoiceField):
        options = _complete_choices(options, model_field)
    elif model_field.choices:
        known = [value for value, _ in model_field.flatchoices]
        options["validators"] = [*options.get("validators", ()), partial(_confirm_choice, known)]
    if model_field.db_default is not NOT_PROVIDED and not options.get("read_only"):
        options["required"] = False
    return options


def _choose(options: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: options[name] for name in names if name in options}


def _complete_choices(options: dict[str, Any], model_field: Any) -> dict[str, Any]:
    options["choices"] = [pair for pair in model_field.flatchoices if pair[0] is not None]
    if model_field.null:
        # No value is null there, and not an empty text as well.
        options.pop("allow_blank", None)
    return options


def _confirm_choice(known: list[Any], value: Any) -> None:
    if value not in known:
        raise ValidationError("This is not a valid choice.", "invalid_choice")


def leave_uniqueness_to_the_database(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Drop the query before the write: it would let two writes at the same time pass."""
    validators = [
        each for each in kwargs.pop("validators", []) if not isinstance(each, UniqueValidator)
    ]
    return {**kwargs, "validators": validators} if validators else kwargs


@cache
def has_dated_fields(model: type[Model]) -> bool:
    """Return whether a value of the model has to be unique for a date."""
    dated = ("unique_for_date", "unique_for_month", "unique_for_year")
    columns: Any = model._meta.concrete_fields
    return any(getattr(field, name) for field in columns for name in dated)
