"""The entities that GraphQL serves: those that REST's router serves, under the same names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.urls import get_resolver

from entity_api.description.registry import PLURALS, VIEWSETS, describe_entity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rest_framework.fields import Field

    from entity_api.description.entity import Entity
    from entity_api.rest.viewset import EntityViewSet


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


def list_served() -> dict[type[Model], Served]:
    """Return the entities that any router serves, each by its model, in the order of their plurals."""
    get_resolver().url_patterns  # noqa: B018 (loads the routers)
    served = [Served(viewset, PLURALS[model]) for model, viewset in VIEWSETS.items()]
    return {each.entity.model: each for each in sorted(served, key=lambda each: each.plural)}
