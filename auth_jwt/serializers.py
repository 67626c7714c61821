"""The bodies of requests and answers of the session endpoints."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from auth_core.devices import name_device
from auth_core.serializers import LogoutSerializer as PlainLogoutSerializer
from auth_core.serializers import MomentField, StrictSerializer, StrictText
from auth_jwt.models import Session
from auth_jwt.refresh_cookie import is_on


class RefreshSerializer(StrictSerializer):
    refreshToken = StrictText(write_only=True)  # noqa: N815 (the name on the wire)

    def get_fields(self) -> dict[str, Any]:
        return _leave_to_cookie(super().get_fields())


class LogoutSerializer(PlainLogoutSerializer):
    """What to end: the login of the credentials, all of them, or the session of a refresh token."""

    refreshToken = StrictText(  # noqa: N815
        write_only=True,
        required=False,
        help_text="End the session of this token. No access token is needed then.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["everywhere"] and "refreshToken" in attrs:
            raise serializers.ValidationError(
                {"everywhere": "It needs an access token, not a refresh token."}
            )
        return attrs


class SessionSerializer(serializers.Serializer[Session]):
    id = serializers.CharField()
    createdAt = MomentField(source="created_at")  # noqa: N815
    lastUsedAt = MomentField(source="last_used_at", help_text="To the minute.")  # noqa: N815
    expiresAt = MomentField(source="expires_at", help_text="Unless it is refreshed before.")  # noqa: N815
    address = serializers.CharField(
        allow_null=True, help_text="Of the login, or of the latest refresh."
    )
    agent = serializers.CharField(help_text="The User-Agent of the same request.")
    device = serializers.SerializerMethodField(
        help_text="The program and the system of that User-Agent, as far as they are known."
    )
    current = serializers.SerializerMethodField(
        help_text="Whether this request came with a token of the session."
    )

    def get_device(self, session: Session) -> str:
        return name_device(session.agent)

    def get_current(self, session: Session) -> bool:
        caller: object = self.context["request"].auth
        return isinstance(caller, Session) and caller.pk == session.pk


class TokenPairSerializer(serializers.Serializer[Any]):
    """An access token with its refresh token, and their lives in seconds."""

    accessToken = serializers.CharField()  # noqa: N815
    tokenType = serializers.CharField()  # noqa: N815
    expiresIn = serializers.IntegerField()  # noqa: N815
    refreshToken = serializers.CharField()  # noqa: N815
    refreshExpiresIn = serializers.IntegerField()  # noqa: N815

    def get_fields(self) -> dict[str, Any]:
        return _leave_to_cookie(super().get_fields())


def _leave_to_cookie(fields: dict[str, Any]) -> dict[str, Any]:
    """Let the refresh token be optional where it may be in a cookie."""
    fields["refreshToken"].required = not is_on()
    return fields


class KeySetSerializer(serializers.Serializer[Any]):
    keys = serializers.ListField(child=serializers.DictField(child=serializers.CharField()))
