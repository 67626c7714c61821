"""A model's field that holds several values of a set (multi-select), on every database."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Field, JSONField, Lookup
from django.utils.choices import flatten_choices, normalize_choices


class ChoiceListField(JSONField):
    """A list of values out of `choices`, each at most once. It is stored as a JSON list.

    `choices` is what other fields of Django take: pairs of a value and a label, or a class of
    choices. The values are all texts or all integers. Without a value the list is empty.
    """

    def __init__(self, *args: Any, choices: Any = (), **options: Any) -> None:
        # Not Django's own `choices`, of which a value must be one.
        pairs: Any = flatten_choices(normalize_choices(choices))
        self.options: list[tuple[Any, Any]] = [tuple(pair) for pair in pairs]
        super().__init__(*args, **{"default": list, **options})

    def deconstruct(self) -> Any:
        """Return what makes the field in a migration."""
        name, _, args, options = super().deconstruct()
        path = "entity_api.ChoiceListField"
        return name, path, args, {**options, "choices": self.options}

    def validate(self, value: Any, model_instance: Any) -> None:
        super().validate(value, model_instance)
        if value is not None and not self._is_list_of_choices(value):
            raise ValidationError(
                f"{value} is not a list of the choices, each at most once.", code="invalid_choice"
            )

    def _is_list_of_choices(self, value: Any) -> bool:
        # True would be the choice 1, and a list in the list has no hash.
        items = value if isinstance(value, list) else [None]
        if not all(isinstance(item, str | int) and not isinstance(item, bool) for item in items):
            return False
        return set(items) <= {value for value, _ in self.options} and len({*items}) == len(items)

    def formfield(self, *args: Any, **options: Any) -> Any:
        """Return a form's field that selects several values."""
        is_text = all(isinstance(value, str) for value, _ in self.options)
        given: Any = {
            "form_class": forms.TypedMultipleChoiceField,
            "choices": self.options,
            "coerce": str if is_text else int,
            **options,
        }
        return Field.formfield(self, *args, **given)


@ChoiceListField.register_lookup
class HasItem(Lookup):
    """Whether a list holds a value: `has_item`."""

    lookup_name = "has_item"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> Any:
        return "%s", [value]

    def as_sqlite(self, compiler: Any, connection: Any) -> Any:
        column, parameters = self.process_lhs(compiler, connection)
        item, values = self.process_rhs(compiler, connection)
        # The column's name is Django's own.
        sql = f"EXISTS (SELECT 1 FROM JSON_EACH({column}) WHERE value = {item})"  # noqa: S608
        return sql, (*parameters, *values)

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        column, parameters = self.process_lhs(compiler, connection)
        sql = f"{column} @> TO_JSONB(%s::{_postgresql_type(self.rhs)})"
        return sql, (*parameters, self.rhs)


def _postgresql_type(value: object) -> str:
    return "text" if isinstance(value, str) else "bigint"
