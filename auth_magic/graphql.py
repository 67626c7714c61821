"""Logins by mail over GraphQL: the use cases of REST, by its serializers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLNonNull,
    GraphQLResolveInfo,
    GraphQLString,
)

from auth_core.caller import require_unlimited
from auth_core.graphql import UserInfo, take_credentials
from auth_core.serializers import read_secrets
from auth_magic.logins import confirm_login, request_login
from auth_magic.serializers import MagicConfirmSerializer, MagicRequestSerializer

if TYPE_CHECKING:
    from rest_framework.request import Request

_ONCE = "A request can log in only once."
_text = GraphQLNonNull(GraphQLString)


def _resolve_request(_: Any, info: GraphQLResolveInfo[Request], email: str) -> str:
    require_unlimited(info.context)
    take_credentials(info, _ONCE)
    body = MagicRequestSerializer(data={"email": email})
    body.is_valid(raise_exception=True)
    return request_login(info.context, body.validated_data["email"])


def _resolve_confirm(_: Any, info: GraphQLResolveInfo[Request], **given: Any) -> dict[str, object]:
    require_unlimited(info.context)
    take_credentials(info, _ONCE)
    sent = {name: value for name, value in given.items() if value is not None}
    with read_secrets(MagicConfirmSerializer, sent) as checked:
        token, client = checked.pop("token"), checked.pop("client")
        return confirm_login(info.context, token, client, dict(checked))


def _list_arguments() -> dict[str, GraphQLArgument]:
    fields = MagicConfirmSerializer().fields.items()
    return {
        name: GraphQLArgument(_text if field.required else GraphQLString) for name, field in fields
    }


mutations = {
    "requestMagicLogin": GraphQLField(
        _text,
        {"email": GraphQLArgument(_text)},
        _resolve_request,
        description="Ask for a mail with a link and a code to log in. Keep the answer, which goes "
        "with them.",
    ),
    "confirmMagicLogin": GraphQLField(
        GraphQLNonNull(UserInfo),
        _list_arguments(),
        _resolve_confirm,
        description="Log in by the token of the link, or by the code.",
    ),
}
