"""The entities that GraphQL serves: those that REST's router serves, under the same names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from django.db.models import Model

from entities.api.registry import describe_entity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rest_framework.fields import Field

    from entities.api.router import EntityRouter
    from entities.api.viewset import EntityViewSet
    from entities.query.entity import Entity


@dataclass(frozen=True)
class Served:
    """An entity and its plural on the wire, such as `customers`."""

    viewset: type[EntityViewSet]
    plural: str

    @cached_property
    def entity(self) -> Entity:
        return describe_entity(self.viewset)

    @cached_property
    def fields(self) -> Mapping[str, Field[Any, Any, Any, Any]]:
        return self.viewset.serializer_class().fields

    @property
    def name(self) -> str:
        return self.entity.name

    @property
    def singular(self) -> str:
        return self.name[0].lower() + self.name[1:]

    @property
    def plural_name(self) -> str:
        """The plural as it stands in the names of types: `Customers`."""
        return self.plural[0].upper() + self.plural[1:]


def list_served(router: EntityRouter) -> dict[type[Model], Served]:
    """Give the entities registered with the router, each by its model and in their order."""
    registry = cast("list[tuple[str, type[EntityViewSet], str]]", router.registry)
    served = (Served(viewset, prefix) for prefix, viewset, _ in registry)
    return {entity.entity.model: entity for entity in served}
