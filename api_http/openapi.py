"""The parts that every operation of the OpenAPI document has: errors and security."""

from __future__ import annotations

import re
from typing import Any

from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers
from rest_framework.settings import api_settings

PROBLEM_JSON = ["application/problem+json"]
# DRF's names of actions, and the verbs of operations. The longer one comes first.
VERBS = {
    "list": "list",
    "retrieve": "get",
    "create": "create",
    "partial_update": "update",
    "update": "replace",
    "destroy": "delete",
}
# Of a text that may be empty, and has a format.
EMPTY_TEXT = {"type": "string", "maxLength": 0}


class FaultSerializer(serializers.Serializer[Any]):
    """One fault of the input; `pointer` is a JSON pointer (RFC 6901) into it."""

    pointer = serializers.CharField()
    detail = serializers.CharField()
    code = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """A refusal as RFC 9457 has it; `errors` is there when the input was not valid.

    `code` is the reason of a login that needs more, such as a second factor.
    """

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField(required=False)
    errors = FaultSerializer(many=True, required=False)  # type: ignore[assignment]


class Schema(AutoSchema):
    """Adds the problem document to every operation, and marks public operations as such."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is not None:
            self._describe_errors(operation)
            if api_settings.DEFAULT_AUTHENTICATION_CLASSES:
                operation.setdefault("security", [])
        return operation

    def get_operation_id(self) -> str:
        """Return a verb and the words of the path, such as `listReports`."""
        name = super().get_operation_id()
        action = next(action for action in VERBS if name.endswith(f"_{action}"))
        words = re.split(r"\W+|_", name.removesuffix(f"_{action}"))
        return VERBS[action] + "".join(word[:1].upper() + word[1:] for word in words)

    def _insert_field_validators(self, field: Any, schema: dict[str, Any]) -> None:
        """Describe a text that may be empty, and JSON that may be null, by one schema.

        drf-spectacular writes `oneOf` with the empty text beside a format, and with null beside
        anything. Such a value meets both, as a format is an annotation, so generated clients
        refused it.
        """
        super()._insert_field_validators(field, schema)  # type: ignore[no-untyped-call]
        if schema.get("oneOf") == [{}, {"type": "null"}]:
            del schema["oneOf"]
        if schema.get("oneOf", [])[1:] == [EMPTY_TEXT]:
            text = schema.pop("oneOf")[0]
            limits = ("format", "pattern", "minLength")
            schema |= {key: value for key, value in text.items() if key not in limits}

    def get_auth(self) -> list[dict[str, Any]]:
        # drf-spectacular marks optional credentials by an empty requirement.
        # Here they are ignored.
        found = super().get_auth()
        if getattr(self.view, "credentials_optional", False):
            return found
        return [] if {} in found or self.is_public() else found

    def is_public(self) -> bool:
        """Whether a permission class makes the operation public."""
        asks = (
            getattr(permission, "is_public", None) for permission in self.view.get_permissions()
        )
        return any(ask(self.view) for ask in asks if ask)

    def _describe_errors(self, operation: dict[str, Any]) -> None:
        responses = operation["responses"]
        problem: dict[str, Any] = self._get_response_for_code(
            ProblemSerializer, "default", PROBLEM_JSON
        )  # type: ignore[no-untyped-call]
        responses["default"] = {**problem, "description": "The request was refused."}
        if operation.get("security") or "401" in responses:
            challenge = {
                "WWW-Authenticate": {
                    "schema": {"type": "string"},
                    "description": "One challenge a provider",
                }
            }
            description = (
                responses.get("401", {}).get("description")
                or "Credentials are missing or not valid."
            )
            responses["401"] = {**problem, "description": description, "headers": challenge}


def close_inputs(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Close every request body to other members; a drf-spectacular postprocessing hook."""
    for name, schema in result.get("components", {}).get("schemas", {}).items():
        if name.endswith("Request") and schema.get("type") == "object":
            schema["additionalProperties"] = False
    return result
