"""The resolvers of remembered devices for graphql.py, with the words of REST."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework.exceptions import NotAuthenticated

from api_http.json import write_moment
from auth_core.caller import require_reading
from auth_core.devices import name_device
from auth_mfa.devices import list_good_devices
from auth_mfa.use_cases import forget_device

if TYPE_CHECKING:
    from graphql import GraphQLResolveInfo
    from rest_framework.request import Request

    from auth_mfa.models import RememberedDevice

    Info = GraphQLResolveInfo[Request]


def resolve_devices(_: Any, info: Info) -> list[dict[str, Any]]:
    if not (info.context.user and info.context.user.is_authenticated):
        raise NotAuthenticated
    require_reading(info.context, everything=True)
    return [_describe(device) for device in list_good_devices(info.context.user)]


def resolve_forget(_: Any, info: Info, id: str) -> dict[str, Any]:  # noqa: A002
    return _describe(forget_device(info.context, id))


def _describe(device: RememberedDevice) -> dict[str, Any]:
    used = device.last_used_at
    return {
        "id": str(device.pk),
        "device": name_device(device.agent),
        "createdAt": write_moment(device.created_at),
        "lastUsedAt": None if used is None else write_moment(used),
        "expiresAt": write_moment(device.expires_at),
    }
