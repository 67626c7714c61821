"""Read-only fields that the database computes: `where` and `orderBy` may name them."""

from __future__ import annotations

from copy import copy
from itertools import count
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldError
from rest_framework import serializers

from entity_api.description.kinds import KINDS
from entity_api.description.row_columns import RowColumn, annotate_key, may_repeat_rows

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

    from entity_api.description.field_kind import FieldKind

# Their values need a serializer's field, or the options of a column.
_UNFIT = ("file", "choice", "choices", "json")
_numbers = count(1)


class AnnotatedField(serializers.Field[Any, Any, Any, Any]):
    """A field that `annotated_field` makes. `column` names its column in queries of the model."""

    def __init__(self, expression: Any, *, nullable: bool, description: str) -> None:
        self.expression = expression
        self.nullable = nullable
        self.column = f"annotated_{next(_numbers)}"
        super().__init__(
            source="*", read_only=True, allow_null=nullable, help_text=description or None
        )

    def __deepcopy__(self, memo: Any) -> AnnotatedField:
        """Return a copy with the same column. DRF would make a new field for each serializer."""
        return copy(self)

    def to_representation(self, value: Any) -> Any:
        model = type(value)
        kind = find_kind_of_annotation(model, self)
        if kind is None:
            return None
        if self.column not in vars(value):
            read_annotations(model, [value], [self.column])
        found = vars(value)[self.column]
        write: Any = kind.to_json
        return None if found is None else write(found)


def annotated_field(
    expression: Any, *, nullable: bool = True, description: str = ""
) -> AnnotatedField:
    """Make a read-only field of an EntitySerializer that the database computes for each row.

    `expression` is one of Django's, such as `Count("orders")`, `Concat("first_name", "last_name")`,
    or a `Subquery`. The class of its `output_field` gives the kind of the values. Each expression
    is computed in a query of its own, so that several aggregates do not multiply each other. It
    counts all rows, also those that the caller may not see.

    REST, OpenAPI and GraphQL show the field under its camelCase name, with the `description`.
    `where` and `orderBy` may name it. With `nullable=False` the expression must never be null.

    Returns the field. Raises nothing here: `manage.py check` reports an expression that the model
    cannot compute, and such a field is always null.
    """
    return AnnotatedField(expression, nullable=nullable, description=description)


def find_fault(model: type[Model], field: AnnotatedField) -> str:
    """Return why the model cannot compute the field; empty if it can."""
    try:
        rows = annotate_key(model, field.expression)
        found: Any = rows.query.annotations["of_row"]
        output = found.output_field
    except (AttributeError, FieldError, TypeError, ValueError) as error:
        return f"Its expression is wrong: {error}".rstrip(".") + "."
    is_many = found.contains_over_clause or getattr(found, "set_returning", False)
    if is_many or may_repeat_rows(rows):
        return "Its expression does not give one value for one row."
    if _find_kind_of_output(output) is None:
        return f"Its expression gives a {type(output).__name__}, which has no kind here."
    return ""


def find_kind_of_annotation(model: type[Model], field: AnnotatedField) -> FieldKind | None:
    """Return the kind of the field; `None` if the model cannot compute it.

    The model gets the column of the field.
    """
    opts: Any = model._meta
    columns = {each.name: each for each in opts.private_fields}
    if field.column not in columns:
        if find_fault(model, field):
            return None
        output = annotate_key(model, field.expression).query.annotations["of_row"].output_field
        columns[field.column] = RowColumn(model, field.column, field.expression, output)
        columns[field.column].verbose_name = f"{model.__name__}.{field.field_name}"
        opts.add_field(columns[field.column], private=True)
    return _find_kind_of_output(columns[field.column].output_field)


def _find_kind_of_output(output: Any) -> FieldKind | None:
    kinds = [kind for kind in KINDS.values() if kind.name not in _UNFIT]
    found = (kind for cls in type(output).__mro__ for kind in kinds if cls in kind.fields)
    return next(found, None)


def select_annotations(
    model: type[Model], rows: list[Any], columns: list[str]
) -> QuerySet[Any, Any]:
    """Return the query of the key and the columns of these rows."""
    keys = [row.pk for row in rows]
    return model._base_manager.filter(pk__in=keys).values_list("pk", *columns)


def read_annotations(model: type[Model], rows: list[Any], columns: list[str]) -> None:
    """Put the values of the columns on the rows, which are instances: one query."""
    values = {key: rest for key, *rest in select_annotations(model, rows, columns)}
    missing = [None] * len(columns)
    for row in rows:
        vars(row).update(zip(columns, values.get(row.pk, missing), strict=True))
