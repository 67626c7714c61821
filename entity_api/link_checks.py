"""System checks on the links of entities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 (Django's own name)

from entity_api.description.places import find_place
from entity_api.description.registry import VIEWSETS, describe_entity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entity_api.description.entity import Relation
    from entity_api.rest.viewset import EntityViewSet

    Faults = Iterator[CheckMessage]


def check_generic_links(viewset: type[EntityViewSet]) -> Faults:
    """Refuse a link whose other model is a value of the row: it has no type on any surface."""
    serializer: Any = viewset.serializer_class
    model = serializer.Meta.model
    fields = serializer().fields.values()
    shown = {str(field.source) for field in fields}
    written = {str(field.source) for field in fields if not field.read_only}
    for link in model._meta.private_fields:
        columns = {getattr(link, name, "") for name in ("ct_field", "fk_field")} - {""}
        is_back = hasattr(link, "object_id_field_name")
        if link.name not in shown and not columns & written:
            continue
        if not columns and not is_back:
            continue
        names = ", ".join(sorted({link.name, *columns} & shown))
        yield Error(
            f"{find_place(model, link.name)}: {model.__name__}.{link.name} is a generic link, "
            f"which no surface can serve. {serializer.__name__} has {names}.",
            hint=(
                "Give the model a nullable foreign key for each model that it may lead to, with a "
                f"CheckConstraint that one of them is set. Or leave {names} out of "
                f"{serializer.__name__}.Meta.fields (docs/relations.md)."
            ),
            id="entity_api.E015",
        )


def check_targets(viewset: type[EntityViewSet]) -> Faults:
    """Warn of a link to a model that is no entity: it reads as null and cannot be written."""
    serializer: Any = viewset.serializer_class
    model = serializer.Meta.model
    for link in describe_entity(viewset).relations.values():
        # A link from elsewhere is left out of GraphQL and OpenAPI, and misses nothing.
        if link.target in VIEWSETS or link.is_back or _is_generic(model, link):
            continue
        effect = "It has no rows and cannot be changed." if link.many else _describe_effect(link)
        yield Warning(
            f"{find_place(model, link.field)}: {model.__name__}.{link.name} leads to "
            f"{link.target.__name__}, which no router serves. {effect}",
            hint=(
                f"Register {link.target.__name__} with a router, or leave {link.field} out of "
                f"{serializer.__name__}.Meta.fields."
            ),
            id="entity_api.W003",
        )


def _describe_effect(link: Relation) -> str:
    if link.required:
        return "It is required and cannot be written, so no row can be created."
    return "It reads as null and cannot be written."


def _is_generic(model: Any, link: Relation) -> bool:
    return any(getattr(each, "ct_field", "") == link.field for each in model._meta.private_fields)
