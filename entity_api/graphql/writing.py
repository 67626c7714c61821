"""Input objects of GraphQL as the wire form that the serializers read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entity_api.description.fields import ToMany

if TYPE_CHECKING:
    from collections.abc import Mapping

    from entity_api.graphql.served import Served


def wire_form(served: Served, data: Mapping[str, Any]) -> dict[str, Any]:
    """Give the input without the to-many fields that are null: clients send those for links that they leave alone."""
    return {
        name: value
        for name, value in data.items()
        if value is not None or not isinstance(served.fields[name], ToMany)
    }
