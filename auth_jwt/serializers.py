"""The bodies of requests and answers of the session endpoints."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from auth_core.serializers import LogoutSerializer as PlainLogoutSerializer
from auth_core.serializers import StrictSerializer, StrictText
from auth_jwt.models import Session


class RefreshSerializer(StrictSerializer):
    refreshToken = StrictText(write_only=True)  # noqa: N815 (the name on the wire)


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
    createdAt = serializers.DateTimeField(source="created_at")  # noqa: N815
    lastUsedAt = serializers.DateTimeField(source="last_used_at", help_text="To the minute.")  # noqa: N815
    expiresAt = serializers.DateTimeField(  # noqa: N815
        source="expires_at", help_text="Unless it is refreshed before."
    )
    address = serializers.CharField(
        allow_null=True, help_text="Of the login, or of the latest refresh."
    )
    agent = serializers.CharField(help_text="The User-Agent of the same request.")
    current = serializers.SerializerMethodField(
        help_text="Whether this request came with a token of the session."
    )

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


KeySetSerializer = inline_serializer(
    "KeySet",
    {"keys": serializers.ListField(child=serializers.DictField(child=serializers.CharField()))},
)
