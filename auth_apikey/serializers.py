"""The bodies of requests and answers of the key endpoints."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from auth_apikey.models import ApiKey
from auth_apikey.scopes import Scopes
from auth_core.serializers import MomentField, StrictSerializer, StrictText
from auth_core.text import bound_text

# The names in a list, and the characters of each.
LONGEST = 100


class Names(serializers.ListField):
    child = StrictText(max_length=LONGEST)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, allow_null=True, max_length=LONGEST, **kwargs)


class ApiKeyCreateSerializer(StrictSerializer):
    """What a key is for. A scope that is left out narrows nothing."""

    name = StrictText(max_length=LONGEST, help_text="Yours to choose, another for each key.")
    actions = Names(allow_empty=False, help_text="Of permissions.toml.")
    entities = Names(allow_empty=False, help_text="Of permissions.toml.")
    roles = Names(help_text="Of your own. With an empty list the key has no role.")
    expiresAt = serializers.DateTimeField(  # noqa: N815 (its name on the wire)
        required=False, allow_null=True, help_text="Without it the key lives until it is revoked."
    )

    def validate_name(self, name: str) -> str:
        """Refuse a name that a list could not show."""
        if not name.strip() or name != bound_text(name, LONGEST):
            raise serializers.ValidationError("A name is printable and not blank.")
        return name

    def read_arguments(self) -> dict[str, Any]:
        """Return the valid values as arguments of create_key()."""
        given = self.validated_data
        scopes = Scopes(given.get("actions"), given.get("entities"), given.get("roles"))
        return {"name": given["name"], "scopes": scopes, "expires_at": given.get("expiresAt")}


class ApiKeySerializer(serializers.Serializer[ApiKey]):
    id = serializers.CharField()
    name = serializers.CharField()
    prefix = serializers.SerializerMethodField(help_text="The beginning of the key.")
    actions = serializers.ListField(child=serializers.CharField(), allow_null=True)
    entities = serializers.ListField(child=serializers.CharField(), allow_null=True)
    roles = serializers.ListField(child=serializers.CharField(), allow_null=True)
    createdAt = MomentField(source="created_at")  # noqa: N815
    expiresAt = MomentField(source="expires_at", allow_null=True)  # noqa: N815
    lastUsedAt = MomentField(  # noqa: N815
        source="last_used_at", allow_null=True, help_text="To five minutes."
    )

    def get_prefix(self, key: ApiKey) -> str:
        return f"sk_{key.prefix}"


class CreatedApiKeySerializer(ApiKeySerializer):
    """A new key. No other answer has its text."""

    key = serializers.CharField(help_text="For the header X-API-Key. It is shown this once.")
