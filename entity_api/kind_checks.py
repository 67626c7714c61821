"""System checks on the kinds of fields. They warn: what has no kind is still shown."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 (Django's own name)

from entity_api.description.annotated import AnnotatedField, find_fault
from entity_api.description.choices import list_values, name_value
from entity_api.description.computed import ComputedField
from entity_api.description.fields import ChoiceField
from entity_api.description.kinds import KINDS
from entity_api.description.places import find_place
from entity_api.description.registry import describe_entity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entity_api.description.entity import Field
    from entity_api.rest.viewset import EntityViewSet

    Faults = Iterator[CheckMessage]


def check_kinds(viewset: type[EntityViewSet]) -> Faults:
    """Warn of a field that no condition, no order and no type of GraphQL can know."""
    serializer: Any = viewset.serializer_class
    entity = describe_entity(viewset)
    for name, field in serializer().fields.items():
        described = entity.fields.get(name)
        if described is None or isinstance(field, AnnotatedField | ComputedField):
            continue
        if described.kind:
            yield from _check_column(serializer, described, field)
            continue
        written = "written as its class allows" if described.writable else "read-only"
        text = (
            f"{entity.name}.{name} has no kind. It is {written}, GraphQL shows it as JSON, and "
            "where and orderBy cannot name it."
        )
        hint = (
            "Take a field of Django that has a kind (docs/fields.md), or give the serializer a "
            f"field whose class has a `kind` of {', '.join(KINDS)}, or leave the field out of "
            f"{serializer.__name__}.Meta.fields. Annotate a method or property that computes it, "
            "such as -> int."
        )
        yield _warn(_find_line(serializer, field), text, hint, "entity_api.W001")


def _check_column(serializer: type[Any], described: Field, field: Any) -> Faults:
    columns = {each.name: each for each in serializer.Meta.model._meta.concrete_fields}
    column = columns.get(str(field.source))
    if column is None or described.column or described.many or described.kind is None:
        return
    text = (
        f"{serializer.Meta.model.__name__}.{described.name} is of the kind {described.kind.name}, "
        f"and its column is a {type(column).__name__}. where and orderBy cannot name it."
    )
    hint = "Name the kind of the column in the `kind` of the field's class (docs/fields.md)."
    yield _warn(_find_line(serializer, field), text, hint, "entity_api.W003")


def check_annotations(viewset: type[EntityViewSet]) -> Faults:
    """Refuse an expression that the model cannot compute, or whose values have no kind."""
    serializer: Any = viewset.serializer_class
    for field in serializer().fields.values():
        fault = isinstance(field, AnnotatedField) and find_fault(serializer.Meta.model, field)
        if fault:
            declared = vars(serializer)["_declared_fields"].items()
            own = next(key for key, each in declared if vars(each).get("column") == field.column)
            text = f"{serializer.__name__}.{own} has no value. {fault}"
            hint = (
                "Name fields of the model. Give the expression an output_field that has a kind "
                "(docs/fields.md), as ExpressionWrapper and Cast do."
            )
            yield Error(f"{find_place(serializer, own)}: {text}", hint=hint, id="entity_api.E016")


def check_names_of_choices(viewset: type[EntityViewSet]) -> Faults:
    """Warn of values of an option set that would have one name in GraphQL."""
    serializer: Any = viewset.serializer_class
    for name, field in serializer().fields.items():
        if not isinstance(field, ChoiceField):
            continue
        counted = Counter(map(name_value, list_values(field)))
        if doubled := [each for each, count in counted.items() if count > 1]:
            text = (
                f"Several values of {serializer.Meta.model.__name__}.{name} have the name "
                f"{', '.join(doubled)} in GraphQL, so a number stands after it."
            )
            hint = "Take values that differ in their letters, digits and underscores."
            yield _warn(_find_line(serializer, field), text, hint, "entity_api.W002")


def _find_line(serializer: type[Any], field: Any) -> str:
    """Return where the field is: in the model, or else in the serializer."""
    source, model = str(field.source), serializer.Meta.model
    columns = {column.name for column in model._meta.concrete_fields}
    if source in columns:
        return find_place(model, source)
    # The source of a computed field is the whole row.
    computed = getattr(field, "method_name", None) or field.field_name
    return find_place(serializer, str(computed) if source == "*" else source)


def _warn(place: str, text: str, hint: str, id_: str) -> CheckMessage:
    return Warning(f"{place}: {text}", hint=hint, id=id_)
