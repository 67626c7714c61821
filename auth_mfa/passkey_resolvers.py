"""The resolvers of passkeys for graphql.py. Options and answers of browsers are JSON texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from api_http.limits.counting import count_anonymous
from auth_core.caller import require_unlimited
from auth_core.graphql import read_inputs, take_credentials
from auth_mfa.models import Passkey
from auth_mfa.passkeys import (
    add_passkey,
    begin_passkey,
    begin_passkey_login,
    log_in_by_passkey,
    rename_passkey,
)
from auth_mfa.serializers import (
    BeginSerializer,
    NewPasskeySerializer,
    PasskeyLoginSerializer,
    RenameSerializer,
)
from auth_mfa.use_cases import find_beginner, find_owner

if TYPE_CHECKING:
    from graphql import GraphQLResolveInfo
    from rest_framework.request import Request

    Info = GraphQLResolveInfo[Request]

# Each of these hashes a password.
ONCE = "A request can do this only once."


def resolve_begin_passkey(_: Any, info: Info, **given: Any) -> str:
    require_unlimited(info.context)
    take_credentials(info, ONCE)
    with read_inputs(BeginSerializer, given) as values:
        owner = find_owner(info.context, values)
        return orjson.dumps(begin_passkey(info.context, owner)).decode()


def resolve_add_passkey(_: Any, info: Info, **given: Any) -> dict[str, Any]:
    require_unlimited(info.context)
    take_credentials(info, ONCE)
    with read_inputs(NewPasskeySerializer, given) as values:
        user = find_beginner(info.context, values)
        made, codes = add_passkey(info.context, user, values["name"], values["credential"])
    return {"id": str(made.pk), "name": made.name, "recoveryCodes": codes}


def resolve_rename(_: Any, info: Info, id: str, **given: Any) -> Passkey:  # noqa: A002
    values = RenameSerializer(data=given)
    values.is_valid(raise_exception=True)
    return rename_passkey(info.context, id, values.validated_data["name"])


def resolve_begin_passkey_login(_: Any, info: Info) -> str:
    require_unlimited(info.context)
    count_anonymous(info.context)
    return orjson.dumps(begin_passkey_login(info.context)).decode()


def resolve_passkey_login(_: Any, info: Info, **given: Any) -> dict[str, object]:
    require_unlimited(info.context)
    take_credentials(info, "A request can log in only once.")
    with read_inputs(PasskeyLoginSerializer, given) as values:
        return log_in_by_passkey(info.context, values["credential"])
