"""How GraphQL takes a value out of a row in wire form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import GraphQLResolveInfo
    from rest_framework.request import Request


def read_field(row: Mapping[str, Any], info: GraphQLResolveInfo[Request]) -> Any:
    return row[info.field_name]
