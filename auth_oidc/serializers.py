"""The bodies of requests and answers of logins by an issuer."""

from __future__ import annotations

from rest_framework import serializers

from auth_core.serializers import MomentField, StrictSerializer, StrictText, TakesLoginFields
from auth_oidc.models import Identity


class IssuerCodeSerializer(StrictSerializer):
    """The code that the page got, and the verifier of its challenge (RFC 7636)."""

    code = StrictText(write_only=True, max_length=100)
    codeVerifier = StrictText(write_only=True, max_length=128)  # noqa: N815 (its name on the wire)


class CodeLoginSerializer(IssuerCodeSerializer, TakesLoginFields):
    """The same, and what second steps need."""

    logs_in = True


class IdentitySerializer(serializers.Serializer[Identity]):
    id = serializers.CharField()
    issuer = serializers.CharField()
    subject = serializers.CharField()
    createdAt = MomentField(source="created_at")  # noqa: N815
