"""The GraphQL side of second factors, with the words of REST."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLString,
)
from rest_framework.exceptions import NotAuthenticated

from api_http.json import write_moment
from auth_core.caller import require_reading, require_unlimited
from auth_core.graphql import UserInfo, read_inputs, take_credentials
from auth_mfa.device_resolvers import resolve_devices, resolve_forget
from auth_mfa.factors import list_factors
from auth_mfa.passkey_resolvers import (
    ONCE,
    resolve_add_passkey,
    resolve_begin_passkey,
    resolve_begin_passkey_login,
    resolve_passkey_login,
    resolve_rename,
)
from auth_mfa.serializers import BeginSerializer, CodeSerializer, ConfirmSerializer
from auth_mfa.use_cases import (
    begin_totp,
    confirm_totp,
    find_beginner,
    find_owner,
    remove_factor,
    replace_recovery_codes,
    require_owner,
)

if TYPE_CHECKING:
    from rest_framework.request import Request

    from auth_mfa.models import Factor, Passkey

    Info = GraphQLResolveInfo[Request]

_text = GraphQLNonNull(GraphQLString)
_codes = GraphQLNonNull(GraphQLList(_text))
FactorType = GraphQLObjectType(
    "Factor",
    {
        "id": GraphQLField(_text),
        "kind": GraphQLField(_text),
        "name": GraphQLField(_text),
        "createdAt": GraphQLField(_text),
        "lastUsedAt": GraphQLField(GraphQLString),
    },
)
RememberedDeviceType = GraphQLObjectType(
    "RememberedDevice",
    {
        **{name: GraphQLField(_text) for name in ("id", "device", "createdAt", "expiresAt")},
        "lastUsedAt": GraphQLField(GraphQLString),
    },
)
TotpSecret = GraphQLObjectType(
    "TotpSecret",
    {name: GraphQLField(_text) for name in ("id", "secret", "uri", "qr")},
)

NewPasskey = GraphQLObjectType(
    "NewPasskey",
    {
        "id": GraphQLField(_text),
        "name": GraphQLField(_text),
        "recoveryCodes": GraphQLField(GraphQLNonNull(GraphQLList(_text))),
    },
)


def describe(factor: Factor | Passkey) -> dict[str, Any]:
    used = factor.last_used_at
    return {
        "id": str(factor.pk),
        "kind": factor.kind,
        "name": factor.name,
        "createdAt": write_moment(factor.created_at),
        "lastUsedAt": None if used is None else write_moment(used),
    }


def resolve_factors(_: Any, info: Info) -> list[dict[str, Any]]:
    if not (info.context.user and info.context.user.is_authenticated):
        raise NotAuthenticated
    require_reading(info.context, everything=True)
    return [describe(factor) for factor in list_factors(info.context.user)]


def resolve_begin(_: Any, info: Info, **given: Any) -> dict[str, str]:
    require_unlimited(info.context)
    take_credentials(info, ONCE)
    with read_inputs(BeginSerializer, given) as values:
        return begin_totp(find_owner(info.context, values))


def resolve_confirm(_: Any, info: Info, **given: Any) -> list[str]:
    require_unlimited(info.context)
    take_credentials(info, ONCE)
    with read_inputs(ConfirmSerializer, given) as values:
        code = values.pop("otp")
        return confirm_totp(info.context, find_beginner(info.context, values), code)


def resolve_remove(_: Any, info: Info, id: str, **given: Any) -> dict[str, Any]:  # noqa: A002
    require_owner(info.context)
    with read_inputs(CodeSerializer, given) as more:
        return describe(remove_factor(info.context, id, more))


def resolve_codes(_: Any, info: Info, **given: Any) -> list[str]:
    require_owner(info.context)
    with read_inputs(CodeSerializer, given) as more:
        return replace_recovery_codes(info.context, more)


def _argument(text: str, type_: Any = GraphQLString) -> GraphQLArgument:
    return GraphQLArgument(type_, description=text)


NAME = "The user, for those who cannot log in yet. Without it, the caller."
OTP = "A code of the second factor, or a recovery code."
CODE = {
    "otp": _argument(OTP),
    "passkey": _argument("In place of the code: the browser's answer, as JSON."),
}
BEGIN = {
    "username": _argument(NAME),
    "currentPassword": _argument("The password, where the account has a password."),
    "otp": _argument(OTP),
    "passkey": _argument("In place of the password and the code: the browser's answer as JSON."),
}
queries = {
    "rememberedDevices": GraphQLField(
        GraphQLNonNull(GraphQLList(GraphQLNonNull(RememberedDeviceType))),
        resolve=resolve_devices,
        description="List your own devices that need no second factor.",
    ),
    "factors": GraphQLField(
        GraphQLNonNull(GraphQLList(GraphQLNonNull(FactorType))),
        resolve=resolve_factors,
        description="List your own second factors.",
    ),
}
mutations = {
    "forgetDevice": GraphQLField(
        GraphQLNonNull(RememberedDeviceType),
        {"id": _argument("The id of the device.", _text)},
        resolve_forget,
        description="Forget a device of your own; answers it as it was.",
    ),
    "beginTotp": GraphQLField(
        GraphQLNonNull(TotpSecret),
        BEGIN,
        resolve_begin,
        description="Begin to set up an authenticator app. Only this answer has the secret.",
    ),
    "confirmTotp": GraphQLField(
        _codes,
        {
            "username": _argument(NAME),
            "currentPassword": _argument("The password, beside a username."),
            "otp": _argument("A code of the new factor.", _text),
        },
        resolve_confirm,
        description="Put the app in force. Answers recovery codes, if it is the first factor.",
    ),
    "removeFactor": GraphQLField(
        GraphQLNonNull(FactorType),
        {"id": _argument("The id of the factor.", _text), **CODE},
        resolve_remove,
        description="Remove a second factor of your own; answers it as it was.",
    ),
    "makeRecoveryCodes": GraphQLField(
        _codes,
        CODE,
        resolve_codes,
        description="Replace your recovery codes. Only this answer has them.",
    ),
    "beginPasskey": GraphQLField(
        _text,
        BEGIN,
        resolve_begin_passkey,
        description="Begin to register a passkey. Answers the browser's options as JSON.",
    ),
    "addPasskey": GraphQLField(
        GraphQLNonNull(NewPasskey),
        {
            "username": _argument(NAME),
            "currentPassword": _argument("The password, beside a username."),
            "name": _argument("To tell the passkey by."),
            "credential": _argument("What the browser gave, as JSON.", _text),
        },
        resolve_add_passkey,
        description="Register a passkey. Answers recovery codes, if it is the first factor.",
    ),
    "renamePasskey": GraphQLField(
        GraphQLNonNull(FactorType),
        {
            "id": _argument("The id of the passkey.", _text),
            "name": _argument("The new name.", _text),
        },
        lambda _, info, **given: describe(resolve_rename(_, info, **given)),
        description="Give a passkey of your own another name.",
    ),
    "beginPasskeyLogin": GraphQLField(
        _text,
        resolve=resolve_begin_passkey_login,
        description="Begin to log in by a passkey. Answers the browser's options as JSON.",
    ),
    "logInByPasskey": GraphQLField(
        GraphQLNonNull(UserInfo),
        {"credential": _argument("What the browser gave, as JSON.", _text)},
        resolve_passkey_login,
        description="Log in by a passkey alone.",
    ),
}
