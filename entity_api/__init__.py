"""The engine that serves a model on REST, GraphQL, OpenAPI and in the admin.

A project imports its names from here; docs/reference.md has an example for each of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from entity_api.actions import entity_action
    from entity_api.admin.entity import EntityAdmin, link_to_list
    from entity_api.description.annotated import annotated_field
    from entity_api.description.choice_list import ChoiceListField
    from entity_api.description.computed import computed_field
    from entity_api.description.indexes import TextIndex
    from entity_api.description.model import Entity
    from entity_api.description.serializer import EntitySerializer
    from entity_api.graphql.own_fields import entity_field
    from entity_api.permission import EntityPermission
    from entity_api.rest.router import EntityRouter
    from entity_api.rest.viewset import EntityViewSet

__all__ = [
    "ChoiceListField",
    "Entity",
    "EntityAdmin",
    "EntityPermission",
    "EntityRouter",
    "EntitySerializer",
    "EntityViewSet",
    "TextIndex",
    "annotated_field",
    "computed_field",
    "entity_action",
    "entity_field",
    "link_to_list",
]
_MODULES = {
    "ChoiceListField": "description.choice_list",
    "Entity": "description.model",
    "EntityAdmin": "admin.entity",
    "EntityPermission": "permission",
    "EntityRouter": "rest.router",
    "EntitySerializer": "description.serializer",
    "EntityViewSet": "rest.viewset",
    "TextIndex": "description.indexes",
    "annotated_field": "description.annotated",
    "computed_field": "description.computed",
    "entity_action": "actions",
    "entity_field": "graphql.own_fields",
    "link_to_list": "admin.entity",
}


# Hidden from type checkers, or a misspelt name would be `Any`.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        # At the first use: Django loads models before serializers and viewsets can be imported.
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
