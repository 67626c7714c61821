"""The bodies of requests and answers of logins by mail."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from auth_core.mail.fields import AddressText
from auth_core.serializers import StrictSerializer, StrictText, TakesLoginFields


class MagicRequestSerializer(StrictSerializer):
    """The address that gets the link and the code."""

    email = AddressText()


class MagicClientSerializer(serializers.Serializer[Any]):
    """The secret of the client that asked, which goes with the link's token or the code."""

    client = serializers.CharField()


class MagicProofSerializer(StrictSerializer):
    """The token of the link or the code, and the client's secret, in place of the password."""

    token = StrictText(write_only=True)
    client = StrictText(write_only=True)


class MagicConfirmSerializer(TakesLoginFields):
    """The token of the link or the code, the client's secret, and what second steps need."""

    logs_in = True

    token = StrictText(write_only=True)
    client = StrictText(write_only=True)
