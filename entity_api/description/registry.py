"""The registered entities: the viewset that serves a model, and the entity's description."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Model
from django.urls import get_resolver
from rest_framework.settings import api_settings

from entity_api.description.annotated import AnnotatedField, find_kind_of_annotation
from entity_api.description.annotations import read_answer
from entity_api.description.computed import ComputedField
from entity_api.description.entity import (
    ColumnField,
    EntityDescription,
    Field,
    Relation,
    SortKey,
)
from entity_api.description.key_fields import ID, is_fixed
from entity_api.description.keys import name_key
from entity_api.description.kind_lookup import fits_column, kind_of_key, name_kind
from entity_api.description.link_fields import ToMany, ToManyLinks, ToOneLink
from entity_api.description.model_links import find_model_link, find_origin, holds_id, may_repeat

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rest_framework.viewsets import GenericViewSet

    from entity_api.description.field_kind import FieldKind

    SerializerFields = Mapping[str, Any]

# The viewset of each model, an EntityViewSet.
VIEWSETS: dict[type[Model], Any] = {}


def is_served(viewset: Any) -> bool:
    """Return whether this service may show the entity.

    An open service does not serve an entity that needs authentication.
    """
    return bool(api_settings.DEFAULT_AUTHENTICATION_CLASSES) or not viewset.requires_authentication


def find_entity(model: type[Model]) -> EntityDescription:
    """Return the description of a registered model. Raises KeyError for any other model."""
    return describe_entity(VIEWSETS[model])


def name_back(relation: Relation) -> str:
    """Return the name under which the linked entity has the relation; empty if it has none."""
    others = find_entity(relation.target).relations.values() if relation.target in VIEWSETS else ()
    is_symmetrical = getattr(relation.origin.remote_field, "symmetrical", False)
    return next(
        (
            other.name
            for other in others
            if other.origin is relation.origin
            and (is_symmetrical or other.is_back is not relation.is_back)
        ),
        "",
    )


def list_served() -> dict[type[Model], EntityDescription]:
    """Return the entities that any router serves, in the order of their plurals."""
    get_resolver().url_patterns  # noqa: B018 (loads the routers)
    served = sorted(map(describe_entity, VIEWSETS.values()), key=lambda entity: entity.plural)
    return {entity.model: entity for entity in served}


@cache
def describe_entity(viewset: type[GenericViewSet[Any]]) -> EntityDescription:
    """Return the description of an entity, made from its serializer and model."""
    serializer: Any = viewset.serializer_class
    model: type[Model] = serializer.Meta.model
    found = serializer().fields
    relations = {
        name: _describe_relation(model, name, field)
        for name, field in found.items()
        if isinstance(field, ToOneLink | ToManyLinks)
    }
    others = {name: field for name, field in found.items() if name not in relations}
    sort_keys = [*_list_expressions(others), *_list_keys(relations.values())]
    return EntityDescription(
        getattr(viewset, "entity_name", "") or str(model._meta.object_name),
        model,
        viewset,
        tuple(found),
        {name: _describe_field(model, name, field) for name, field in others.items()},
        relations,
        {key.name: key for key in sort_keys},
        frozenset(name for name, field in found.items() if isinstance(field, ToMany)),
    )


def _describe_field(model: type[Model], name: str, field: Any) -> Field:
    items = getattr(field, "items", "")
    answer = read_answer(model, field)
    kind = find_kind_of(model, name, field)
    common: Any = {
        "name": name,
        "kind": kind,
        "readable": not field.write_only,
        "writable": not field.read_only,
        "required": field.required and not field.allow_null,
        "fixed": is_fixed(model, str(field.source)),
    }
    if answer.kind:
        description = str(field.help_text or "")
        return Field(**common, nullable=answer.nullable, many=answer.many, description=description)
    column = None if items else _find_column(model, str(field.source))
    if name == ID and kind:
        return ColumnField(**common, nullable=False, column=name_key(model))
    if kind and column and fits_column(kind, field, column):
        nullable = column.null or column.generated or kind.empty_is_null
        return ColumnField(**common, nullable=nullable, many=kind.many, column=column.name)
    if isinstance(field, AnnotatedField):
        common["description"] = str(field.help_text or "")
        if not kind:  # a check reports the expression
            return Field(**common, nullable=True)
        return ColumnField(**common, nullable=field.nullable, column=field.column)
    if isinstance(field, ComputedField):
        common |= {"nullable": field.nullable, "description": str(field.help_text)}
        return Field(**common, many=bool(items))
    return Field(**common, nullable=not items, many=bool(items))


def find_kind_of(model: type[Model], name: str, field: Any) -> FieldKind | None:
    """Return the kind of a serializer's field; `None` if its class names none.

    An option set has a kind of its own, named `Enum<Entity><Field>`.
    """
    if name == ID:
        return kind_of_key(model)
    if isinstance(field, AnnotatedField):
        return find_kind_of_annotation(model, field)
    answer = read_answer(model, field).kind
    named: str = answer or getattr(field, "kind", "") or getattr(field, "items", "")
    if not named:
        return None
    kind = name_kind(named, f"{model.__name__}.{name}")
    entity_name = vars(model).get("entity_name") or str(model._meta.object_name)
    title = f"{entity_name}{name[0].upper()}{name[1:]}"
    return kind.bind(kind, title, field) if kind.bind else kind


def _find_column(model: type[Model], source: str) -> Any:
    try:
        found = model._meta.get_field(source)
    except FieldDoesNotExist:
        return None
    return found if found.concrete else None


def _describe_relation(model: type[Model], name: str, field: Any) -> Relation:
    found = find_model_link(model, field.source)
    origin = find_origin(found)
    is_back = origin is not found
    return Relation(
        name,
        field.source,
        found.related_model,
        many=isinstance(field, ToManyLinks),
        writable=not field.read_only,
        required=field.required and not field.allow_null,
        fixed=is_fixed(model, str(field.source)),
        origin=origin,
        is_back=is_back,
        lookup=found.name,
        key=found.attname if holds_id(found) else f"{found.name}__pk",
        reverse_lookup=origin.name if is_back else origin.related_query_name(),
        may_repeat=may_repeat(origin),
    )


def _list_expressions(fields: SerializerFields) -> Iterator[SortKey]:
    for name, field in fields.items():
        if expression := getattr(field, "sort_expression", None):
            yield SortKey(name, name, expression, nullable=True)


def _list_keys(relations: Iterable[Relation]) -> Iterator[SortKey]:
    for relation in relations:
        if not relation.many and not relation.is_back:
            name = f"{relation.name}Id"
            yield SortKey(name, relation.name, F(relation.key), relation.origin.null)
