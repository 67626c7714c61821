"""The kind of a computed value, read off the annotation of the method that returns it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints

from rest_framework import serializers

from entity_api.description.kind_lookup import name_kind_of_value

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Annotated:
    """The meaning of an annotation: a value's kind, empty if unknown, or that of a list's items."""

    kind: str = ""
    nullable: bool = True
    many: bool = False


def read_annotation(method: Callable[..., Any]) -> Annotated:
    """Return the meaning of the method's return annotation, such as `-> int | None`."""
    try:
        found = get_type_hints(method).get("return", Any)
    except NameError:  # a name that is imported for type checkers only
        return Annotated()
    nullable, found = _split_null(found)
    many = get_origin(found) in (list, tuple, Sequence)
    if many:
        found = get_args(found)[0]
    return Annotated(name_kind_of_value(found), nullable, many)


def read_answer(model: Any, field: Any) -> Annotated:
    """Return the meaning of a computed field's annotation: of the method of a
    SerializerMethodField, or of the model's property that a ReadOnlyField shows.
    """
    method: Any = None
    if isinstance(field, serializers.SerializerMethodField):
        method = getattr(type(field.parent), str(field.method_name), None)
    elif isinstance(field, serializers.ReadOnlyField):
        found = getattr(model, str(field.source), None)
        method = getattr(found, "fget", None) or getattr(found, "func", None)
    answer = read_annotation(method) if method else Annotated()
    return Annotated() if answer.many and answer.nullable else answer


def _split_null(annotation: Any) -> tuple[bool, Any]:
    if get_origin(annotation) not in (Union, UnionType):
        return annotation is Any, annotation
    options = [option for option in get_args(annotation) if option is not NoneType]
    is_nullable = len(options) < len(get_args(annotation))
    return is_nullable, options[0] if len(options) == 1 else Any
