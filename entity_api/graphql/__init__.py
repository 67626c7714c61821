"""The entities' part of the GraphQL schema: `queries` and `mutations`, made from the served
entities.
"""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    # Made at the first look: the routers are loaded with the URL configuration, which imports this
    # package.
    if name in ("queries", "mutations"):
        from entity_api.graphql.operations import make_fields  # noqa: PLC0415 (see above)

        return make_fields(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
