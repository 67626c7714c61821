"""The GraphQL side of authentication: the mutation `login` and the query `userInfo`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLField,
    GraphQLFloat,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLString,
)
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated, Throttled

from auth_core.caller import describe_user
from auth_core.login import log_in
from auth_core.serializers import CredentialsSerializer, read_secrets

if TYPE_CHECKING:
    from rest_framework.request import Request

_text = GraphQLNonNull(GraphQLString)


def _list_inputs() -> dict[str, GraphQLInputField]:
    """Return the inputs of a login, with those that the installed providers declare."""
    fields = CredentialsSerializer().fields.items()
    return {name: GraphQLInputField(_find_type(field)) for name, field in fields}


def _find_type(field: Any) -> Any:
    kinds = {
        serializers.BooleanField: GraphQLBoolean,
        serializers.IntegerField: GraphQLInt,
        serializers.FloatField: GraphQLFloat,
    }
    named = next((found for kind, found in kinds.items() if isinstance(field, kind)), GraphQLString)
    return GraphQLNonNull(named) if field.required else named


Credentials = GraphQLInputObjectType("Credentials", _list_inputs)
UserInfo = GraphQLObjectType(
    "UserInfo",
    {
        "id": GraphQLField(_text),
        "username": GraphQLField(_text),
        "roles": GraphQLField(GraphQLNonNull(GraphQLList(_text))),
        "accessToken": GraphQLField(
            GraphQLString,
            description="The credentials for further requests; only login returns them.",
        ),
    },
)


def resolve_login(
    _: Any, info: GraphQLResolveInfo[Request], credentials: dict[str, Any]
) -> dict[str, object]:
    # Under aliases one request could try a thousand passwords.
    if vars(info.context).setdefault("login_path", info.path) is not info.path:
        raise Throttled(detail="A request can log in only once.")
    with read_secrets(CredentialsSerializer, credentials) as checked:
        return log_in(info.context, **checked)


def resolve_user_info(_: Any, info: GraphQLResolveInfo[Request]) -> dict[str, object]:
    user = info.context.user
    if not (user and user.is_authenticated):
        raise NotAuthenticated
    return describe_user(user)


queries = {"userInfo": GraphQLField(GraphQLNonNull(UserInfo), resolve=resolve_user_info)}
mutations = {
    "login": GraphQLField(
        GraphQLNonNull(UserInfo),
        {"credentials": GraphQLArgument(GraphQLNonNull(Credentials))},
        resolve_login,
    )
}
