"""The registered entities: which viewset serves a model, and what the query language knows of it."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db.models import F, Model, QuerySet
from rest_framework.settings import api_settings

from entity_api.description.entity import Entity, Link, Scalar, SortKey
from entity_api.description.fields import ToManyLinks, ToOneLink
from entity_api.description.naming import camel_case

if TYPE_CHECKING:
    from entity_api.rest.viewset import EntityViewSet

VIEWSETS: dict[type[Model], type[EntityViewSet]] = {}
# The plural of each entity on the wire.
PLURALS: dict[type[Model], str] = {}


def is_served(viewset: type[EntityViewSet]) -> bool:
    """Whether this service may show the entity: one that needs authentication is not there in an open service."""
    return bool(api_settings.DEFAULT_AUTHENTICATION_CLASSES) or not viewset.requires_authentication


def find_entity(model: type[Model]) -> Entity:
    """Give the query language's view of a registered model."""
    return describe_entity(VIEWSETS[model])


@cache
def describe_entity(viewset: type[EntityViewSet]) -> Entity:
    """Read the entity's fields, links and sort keys off its serializer, so that nobody declares them again."""
    scalars: dict[str, Scalar] = {}
    links: dict[str, Link] = {}
    sort_keys: dict[str, SortKey] = {}
    model: type[Model] = viewset.serializer_class.Meta.model
    fields = viewset.serializer_class().fields
    for name, field in fields.items():
        if isinstance(field, ToOneLink | ToManyLinks):
            links[name] = _describe_link(model, name, field)
        elif expression := getattr(field, "sort_expression", None):
            sort_keys[name] = SortKey(name, name, expression, nullable=True)
        elif hasattr(field, "kind") and not field.write_only:
            column = str(field.source)
            scalars[name] = Scalar(name, column, field.kind, model._meta.get_field(column).null)
    for link in links.values():
        if not link.many and model._meta.get_field(link.column).concrete:
            nullable = model._meta.get_field(link.column).null
            sort_keys[f"{link.name}Id"] = SortKey(
                f"{link.name}Id", link.name, F(f"{link.column}_id"), nullable
            )
    return Entity(
        str(model._meta.object_name),
        model,
        frozenset(fields),
        scalars,
        links,
        sort_keys,
        find_entity,
    )


def restrict_entity(
    entity: Entity,
    names: Set[str],
    rows: QuerySet[Any] | None,
    find: Callable[[type[Model]], Entity | None],
) -> Entity:
    """Leave of an entity what a caller may ask for: these fields, these rows (None: all), and links through `find`."""
    if entity.names <= names:
        return replace(entity, rows=rows, find=find)
    return replace(
        entity,
        scalars={name: scalar for name, scalar in entity.scalars.items() if name in names},
        links={name: link for name, link in entity.links.items() if name in names},
        sort_keys={name: key for name, key in entity.sort_keys.items() if key.field in names},
        rows=rows,
        find=find,
    )


def _describe_link(model: type[Model], name: str, field: Any) -> Link:
    relation: Any = model._meta.get_field(field.source)
    inverse = relation.field.name if relation.auto_created else relation.related_query_name()
    return Link(
        name,
        field.source,
        relation.related_model,
        isinstance(field, ToManyLinks),
        inverse,
        camel_case(inverse),
    )
