"""The GraphQL side of authentication: the mutation `login` and the query `userInfo`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import orjson
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

from api_http.limits.counting import count_anonymous
from auth_core.caller import describe_user, require_reading
from auth_core.login import log_in
from auth_core.recent_authentication import reauthenticate, require_renewable
from auth_core.serializers import (
    CredentialsSerializer,
    ReauthenticationSerializer,
    StrictSerializer,
    list_added_answers,
    list_login_answers,
    read_secrets,
)

if TYPE_CHECKING:
    from rest_framework.request import Request

_text = GraphQLNonNull(GraphQLString)


def _list_inputs() -> dict[str, GraphQLInputField]:
    """Return the inputs of a login, with those that the installed providers declare."""
    return {
        name: GraphQLInputField(
            _find_type(field), extensions={"for_programs": field.style.get("at") == "login"}
        )
        for name, field in CredentialsSerializer().fields.items()
    }


def _list_outputs() -> dict[str, GraphQLField]:
    """Return the fields of a caller, and what the installed providers issue."""
    issued = {
        name: field
        for answer in reversed([*list_login_answers(), *list_added_answers()])
        for name, field in answer().fields.items()
    }
    fields = {
        "id": GraphQLField(_text),
        "username": GraphQLField(_text),
        "roles": GraphQLField(GraphQLNonNull(GraphQLList(_text))),
        "accessToken": GraphQLField(
            GraphQLString,
            description="The credentials for further requests; only login returns them.",
        ),
    }
    added = issued.keys() - fields.keys()
    return fields | {
        name: _make_output(name, field) for name, field in issued.items() if name in added
    }


def _make_output(name: str, field: Any) -> GraphQLField:
    def read(found: dict[str, Any], _: Any) -> Any:
        value = found.get(name)
        return value if value is None or kind is not GraphQLString else str(value)

    kind = _find_scalar(field)
    return GraphQLField(kind, resolve=read, description="Only login returns it.")


def _find_type(field: Any) -> Any:
    return GraphQLNonNull(_find_scalar(field)) if field.required else _find_scalar(field)


def _find_scalar(field: Any) -> Any:
    kinds = {
        serializers.BooleanField: GraphQLBoolean,
        serializers.IntegerField: GraphQLInt,
        serializers.FloatField: GraphQLFloat,
    }
    return next((found for kind, found in kinds.items() if isinstance(field, kind)), GraphQLString)


Credentials = GraphQLInputObjectType("Credentials", _list_inputs)
UserInfo = GraphQLObjectType("UserInfo", _list_outputs)


def refuse_repeats(info: GraphQLResolveInfo[Request], detail: str) -> None:
    """Raise Throttled where a request has such an operation twice: under aliases it could try a
    thousand passwords.
    """
    if vars(info.context).setdefault("login_path", info.path) is not info.path:
        raise Throttled(detail=detail)


def take_credentials(info: GraphQLResolveInfo[Request], detail: str) -> None:
    """Do what `TakesCredentials` does for a view: for any caller, the request counts for its
    address. Raises Throttled then, and where refuse_repeats() does.
    """
    count_anonymous(info.context)
    refuse_repeats(info, detail)


def resolve_login(
    _: Any, info: GraphQLResolveInfo[Request], credentials: dict[str, Any]
) -> dict[str, object]:
    take_credentials(info, "A request can log in only once.")
    with read_secrets(CredentialsSerializer, credentials) as checked:
        return log_in(info.context, **checked)


def resolve_user_info(_: Any, info: GraphQLResolveInfo[Request]) -> dict[str, object]:
    user = info.context.user
    if not (user and user.is_authenticated):
        raise NotAuthenticated
    require_reading(info.context)
    return describe_user(user)


def resolve_reauthenticate(
    _: Any, info: GraphQLResolveInfo[Request], **given: Any
) -> dict[str, object]:
    require_renewable(info.context)
    refuse_repeats(info, "A request can do this only once.")
    with read_inputs(ReauthenticationSerializer, given) as checked:
        return describe_user(reauthenticate(info.context, checked))


@contextmanager
def read_inputs(kind: type[StrictSerializer], given: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the valid inputs of a mutation as read_secrets() does. Null is no input, and an object
    is sent as JSON text.
    """
    fields, objects = kind().fields, (serializers.DictField, serializers.BaseSerializer)
    sent = {
        name: _parse(value) if isinstance(fields.get(name), objects) else value
        for name, value in given.items()
        if value is not None
    }
    with read_secrets(kind, sent) as values:
        yield values


def _parse(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


queries = {
    "userInfo": GraphQLField(
        GraphQLNonNull(UserInfo), resolve=resolve_user_info, description="Who is calling."
    )
}
mutations = {
    "login": GraphQLField(
        GraphQLNonNull(UserInfo),
        {
            "credentials": GraphQLArgument(
                GraphQLNonNull(Credentials), description="The username and the password."
            )
        },
        resolve_login,
        description="Log in. Send the accessToken in the Authorization header of later requests.",
    ),
    "reauthenticate": GraphQLField(
        GraphQLNonNull(UserInfo),
        {
            name: GraphQLArgument(_find_type(field), description=str(field.help_text or name))
            for name, field in ReauthenticationSerializer().fields.items()
        },
        resolve_reauthenticate,
        description="Renew your session by the password or another proof, for actions that need a "
        "recent authentication. An object is sent as JSON text.",
    ),
}
