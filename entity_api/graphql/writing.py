"""Input objects of GraphQL as the wire form that the serializers read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from entity_api.description.entity import EntityDescription


def wire_form(entity: EntityDescription, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the input without the to-many fields that are null: clients send those for links that
    they leave alone.
    """
    return {
        name: value
        for name, value in data.items()
        if value is not None or name not in entity.to_many
    }
