"""The parts that every operation of the OpenAPI document has: errors and security."""

from __future__ import annotations

import re
from copy import copy
from http import HTTPStatus
from typing import Any

from django.apps import apps
from django.core.validators import RegexValidator, URLValidator
from django.utils.module_loading import import_string
from drf_spectacular.drainage import get_override
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import alpha_operation_sorter
from rest_framework import serializers
from rest_framework.settings import api_settings

from api_http.limits.counting import find_rate
from api_http.refusals import LIMITS, complete_refusal, refer_to_headers, refer_to_refusal

PROBLEM_JSON = ["application/problem+json"]
# DRF's names of actions, and the verbs of operations. The longer name comes first.
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
    """Adds the refusals to every operation, and marks public operations as such."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is not None:
            if api_settings.DEFAULT_AUTHENTICATION_CLASSES:
                operation.setdefault("security", [])
            self._complete_refusals(operation["responses"])
            self.add_answers(operation)
            # The statuses in their order, and `default` after them.
            operation["responses"] = dict(sorted(operation["responses"].items()))
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
        super()._insert_field_validators(_without_odd_patterns(field), schema)  # type: ignore[no-untyped-call]
        if schema.get("oneOf") == [{}, {"type": "null"}]:
            del schema["oneOf"]
        if schema.get("oneOf", [])[1:] == [EMPTY_TEXT]:
            text = schema.pop("oneOf")[0]
            limits = ("format", "pattern", "minLength")
            schema |= {key: value for key, value in text.items() if key not in limits}
            if "pattern" in text:
                schema["pattern"] = f"^$|{text['pattern']}"

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        """Leave out the docstring of a base, which is for those who write serializers."""
        schema = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        is_overridden = bool(get_override(serializer, "description"))
        if not is_overridden and not _has_own_docstring(type(serializer)):
            schema.pop("description", None)
        return schema

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

    def add_answers(self, operation: dict[str, Any]) -> None:
        """Add the answers that follow from what the operation is, beside those of its view."""
        answers = operation["responses"]
        security = operation.get("security")
        statuses = ["429", "503", "default"]
        if security:
            statuses.append("401")
        if "{" in self.path:
            statuses.append("404")
        self.add_refusals(operation, *statuses)
        if not security or {} in security or find_rate(self.view)[0]:
            self._show_limits(answers)

    def add_refusals(self, operation: dict[str, Any], *statuses: str) -> None:
        """Add refusals with these statuses, unless the view describes them itself."""
        for status in statuses:
            if status not in operation["responses"]:
                reference = refer_to_refusal(self.registry, status, self._describe_problem())
                operation["responses"][status] = reference

    def _complete_refusals(self, answers: dict[str, Any]) -> None:
        for status, described in answers.items():
            if status.isdigit() and int(status) >= HTTPStatus.BAD_REQUEST:
                problem = self._describe_problem()
                answers[status] = complete_refusal(self.registry, status, described, problem)

    def _show_limits(self, answers: dict[str, Any]) -> None:
        """Add the headers of limits to the answers that are no refusals."""
        for status, answer in answers.items():
            if status.isdigit() and int(status) < HTTPStatus.BAD_REQUEST:
                answer.setdefault("headers", {}).update(refer_to_headers(self.registry, *LIMITS))

    def _describe_problem(self) -> dict[str, Any]:
        response: dict[str, Any] = self._get_response_for_code(
            ProblemSerializer, "default", PROBLEM_JSON
        )  # type: ignore[no-untyped-call]
        return response


def _has_own_docstring(serializer: type[Any]) -> bool:
    """Return whether the docstring of a serializer, or the inherited one, is that of a class with
    fields: a base has none.
    """
    documented = next((cls for cls in serializer.__mro__ if cls.__doc__), object)
    return bool(getattr(documented, "_declared_fields", None)) or hasattr(documented, "Meta")


def _without_odd_patterns(field: Any) -> Any:
    """Return the field without the patterns that mean something else in OpenAPI.

    ECMAScript has no flags within a pattern, and there a pattern that must not match has no word.
    """
    odd = [each for each in field.validators if isinstance(each, RegexValidator) and _is_odd(each)]
    if not odd:
        return field
    found = copy(field)
    found.validators = [each for each in field.validators if each not in odd]
    return found


def _is_odd(validator: RegexValidator) -> bool:
    is_url = isinstance(validator, URLValidator)  # it becomes a format
    return not is_url and (validator.inverse_match or bool(validator.flags))


def ask_apps(result: dict[str, Any], **facts: Any) -> dict[str, Any]:
    """Return the document after the hook of each app that has `openapi_hook` in its AppConfig."""
    for app in apps.get_app_configs():
        if path := getattr(app, "openapi_hook", ""):
            result = import_string(path)(result, **facts)
    return result


def close_inputs(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Close every request body to other members; a drf-spectacular postprocessing hook."""
    for name, schema in result.get("components", {}).get("schemas", {}).items():
        if name.endswith("Request") and schema.get("type") == "object":
            schema["additionalProperties"] = False
    return result


def order_operation(endpoint: tuple[str, str, str, Any]) -> tuple[Any, ...]:
    """Return the place of an endpoint of drf-spectacular in the document: the login comes first,
    the rest in the order of paths, and what is not under /api last.
    """
    path = endpoint[0]
    is_under_api = path.startswith("/api")
    return path != "/api/login", not is_under_api, *alpha_operation_sorter(endpoint)  # type: ignore[no-untyped-call]
