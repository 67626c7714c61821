"""Sign-up and forgotten passwords over GraphQL: the use cases of REST, by its serializers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLNonNull,
    GraphQLResolveInfo,
    GraphQLString,
)
from rest_framework.exceptions import NotAuthenticated, PermissionDenied

from auth_accounts.registration import register, verify_email
from auth_accounts.reset import request_reset, reset_password
from auth_accounts.serializers import (
    MailAddressSerializer,
    RegisterSerializer,
    ResetSerializer,
    VerifySerializer,
)
from auth_core.caller import require_unlimited
from auth_core.graphql import take_credentials
from auth_core.policy.served import name_entity
from auth_core.serializers import StrictSerializer, read_secrets

if TYPE_CHECKING:
    from rest_framework.request import Request

    Act = Callable[[Any, dict[str, Any]], None]

_ONCE = "A request can do this only once."
_done = GraphQLNonNull(GraphQLBoolean)


def _find_type(field: Any) -> Any:
    return GraphQLNonNull(GraphQLString) if field.required else GraphQLString


def _make(kind: type[StrictSerializer], act: Act) -> GraphQLField:
    """Return a mutation that takes the fields of a serializer as arguments, and answers true."""

    def resolve(_: Any, info: GraphQLResolveInfo[Request], **given: Any) -> bool:
        require_unlimited(info.context)
        take_credentials(info, _ONCE)
        values = {name: value for name, value in given.items() if value is not None}
        with read_secrets(kind, values) as checked:
            act(info.context, checked)
        return True

    fields = kind().fields.items()
    arguments = {name: GraphQLArgument(_find_type(field)) for name, field in fields}
    return GraphQLField(_done, arguments, resolve)


def _make_register() -> GraphQLField:
    fields = RegisterSerializer().fields.items()
    inputs = {name: GraphQLInputField(_find_type(field)) for name, field in fields}
    plain = _make(RegisterSerializer, lambda request, given: register(request, **given))
    resolver: Any = plain.resolve
    taken = GraphQLArgument(GraphQLNonNull(GraphQLInputObjectType("RegisterInput", inputs)))
    return GraphQLField(_done, {"data": taken}, lambda _, info, data: resolver(_, info, **data))


mutations = {
    "register": _make_register(),
    "verifyEmail": _make(
        VerifySerializer,
        lambda request, given: verify_email(
            request, given["token"], given["username"], given["newPassword"]
        ),
    ),
    "requestPasswordReset": _make(
        MailAddressSerializer, lambda request, given: request_reset(request, given["email"])
    ),
    "resetPassword": _make(
        ResetSerializer,
        lambda request, given: reset_password(request, given["token"], given["newPassword"]),
    ),
}


def derive(
    queries: Mapping[str, GraphQLField], mutations: Mapping[str, GraphQLField]
) -> dict[str, GraphQLField]:
    """Return `updateMe`, if there is a mutation that updates users: it does the same for the
    caller, by the same rules.
    """
    update = mutations.get(f"update{name_entity(get_user_model())}")
    if update is None:
        return {}
    update_user: Any = update.resolve

    def resolve(_: Any, info: GraphQLResolveInfo[Request], data: dict[str, Any]) -> Any:
        user = info.context.user
        if not (user and user.is_authenticated):
            raise NotAuthenticated
        if not isinstance(user, get_user_model()):
            raise PermissionDenied("You have no account.")
        return update_user(_, info, data=data, where={"id": str(user.pk)})

    return {"updateMe": GraphQLField(update.type, {"data": update.args["data"]}, resolve)}
