"""The GraphQL side of API keys: a query and two mutations, with the words of REST."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLString,
)
from rest_framework.exceptions import NotAuthenticated

from api_http.json import write_moment
from auth_apikey.listing import end_own_key, list_keys, make_own_key, show_key
from auth_core.caller import require_reading

if TYPE_CHECKING:
    from rest_framework.request import Request

_text = GraphQLNonNull(GraphQLString)
_names = GraphQLList(_text)


def _resolve_time(key: dict[str, Any], info: GraphQLResolveInfo[Request]) -> str | None:
    moment: datetime | None = key[info.field_name]
    return None if moment is None else write_moment(moment)


ApiKeyType = GraphQLObjectType(
    "ApiKey",
    {
        "id": GraphQLField(_text),
        "name": GraphQLField(_text),
        "prefix": GraphQLField(_text, description="The beginning of the key."),
        "actions": GraphQLField(_names),
        "entities": GraphQLField(_names),
        "roles": GraphQLField(_names),
        "createdAt": GraphQLField(_text, resolve=_resolve_time),
        "expiresAt": GraphQLField(GraphQLString, resolve=_resolve_time),
        "lastUsedAt": GraphQLField(GraphQLString, resolve=_resolve_time),
        "key": GraphQLField(
            GraphQLString, description="For the header X-API-Key; only createApiKey returns it."
        ),
    },
)
ApiKeyCreateInput = GraphQLInputObjectType(
    "ApiKeyCreateInput",
    {
        "name": GraphQLInputField(_text),
        "actions": GraphQLInputField(_names),
        "entities": GraphQLInputField(_names),
        "roles": GraphQLInputField(_names),
        "expiresAt": GraphQLInputField(GraphQLString),
    },
)
ApiKeyWhereUniqueInput = GraphQLInputObjectType(
    "ApiKeyWhereUniqueInput", {"id": GraphQLInputField(_text)}
)


def resolve_keys(_: Any, info: GraphQLResolveInfo[Request]) -> list[dict[str, Any]]:
    _require_known(info.context)
    return [show_key(key) for key in list_keys(info.context.user)]


def resolve_create(
    _: Any, info: GraphQLResolveInfo[Request], data: dict[str, Any]
) -> dict[str, Any]:
    _require_known(info.context)
    return make_own_key(info.context, data)


def resolve_delete(
    _: Any, info: GraphQLResolveInfo[Request], where: dict[str, str]
) -> dict[str, Any]:
    _require_known(info.context)
    return show_key(end_own_key(info.context, where["id"]))


def _require_known(request: Request) -> None:
    """Raise NotAuthenticated for an unknown caller, PermissionDenied for one who may not read."""
    if not (request.user and request.user.is_authenticated):
        raise NotAuthenticated
    require_reading(request, everything=True)


DATA = "The name of the key, and what narrows it."
WHERE = "The id of the key."
_keys = GraphQLNonNull(GraphQLList(GraphQLNonNull(ApiKeyType)))
queries = {
    "apiKeys": GraphQLField(_keys, resolve=resolve_keys, description="List your own API keys.")
}
mutations = {
    "createApiKey": GraphQLField(
        GraphQLNonNull(ApiKeyType),
        {"data": GraphQLArgument(GraphQLNonNull(ApiKeyCreateInput), description=DATA)},
        resolve_create,
        description="Make an API key of your own. Only this answer has the key itself.",
    ),
    "deleteApiKey": GraphQLField(
        GraphQLNonNull(ApiKeyType),
        {"where": GraphQLArgument(GraphQLNonNull(ApiKeyWhereUniqueInput), description=WHERE)},
        resolve_delete,
        description="End an API key of your own; answers it as it was.",
    ),
}
