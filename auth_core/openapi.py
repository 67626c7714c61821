"""The installed providers in the OpenAPI document.

Each is a security scheme, an alternative for every protected operation. What they issue is part of
the answer of a login.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerExtension,
)

from api_http.about import find_example_credentials
from auth_core.challenges import list_providers_of
from auth_core.contract import AuthProvider
from auth_core.serializers import list_added_answers, list_login_answers

if TYPE_CHECKING:
    from drf_spectacular.openapi import AutoSchema


class ProviderScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """drf-spectacular finds it by this class existing; auth_core's AppConfig imports it."""

    target_class = "auth_core.authentication.ProviderAuthentication"

    @property
    def name(self) -> list[str]:  # type: ignore[override]
        return [provider.name for provider in list_providers_of(None)]

    def get_security_requirement(self, auto_schema: AutoSchema) -> list[dict[str, list[Any]]]:
        # The schemes are alternatives. A generated client that has one token for all of them sends
        # it by the last, and the first installed provider is the one that issues it.
        taken = list_providers_of(auto_schema.view)
        return [{provider.name: []} for provider in reversed(taken)]

    def get_security_definition(self, auto_schema: AutoSchema) -> list[dict[str, Any]]:
        return [_describe(provider) for provider in list_providers_of(None)]


def _describe(provider: AuthProvider) -> dict[str, Any]:
    """Return the provider's scheme, with a word on what to enter where Swagger UI cannot know."""
    scheme = dict(provider.openapi)
    is_whole_header = str(scheme.get("name", "")).lower() == "authorization"
    if provider.scheme and scheme["type"] == "apiKey" and is_whole_header:
        scheme.setdefault("description", f"Enter `{provider.scheme}`, a space and your key.")
    return scheme


class CredentialsExample(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Swagger UI prefills the form of a login with it. In DEBUG it works as it stands."""

    target_class = "auth_core.serializers.CredentialsSerializer"

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema = auto_schema._map_basic_serializer(self.target, direction)  # noqa: SLF001
        username, password = find_example_credentials()
        return {**schema, "examples": [{"username": username, "password": password}]}


class LoginAnswer(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """The first provider that issues tokens answers a login, so its members are there."""

    target_class = "auth_core.serializers.LoginSerializer"

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_basic_serializer(self.target, direction)  # noqa: SLF001
        issued = [
            auto_schema._map_basic_serializer(answer, direction)  # noqa: SLF001
            for answer in _list_answers()
        ]
        added = [
            auto_schema._map_basic_serializer(answer, direction)  # noqa: SLF001
            for answer in list_added_answers()
        ]
        for each in reversed([*issued, *added]):
            schema["properties"] |= each["properties"]
        schema["required"] = sorted({*schema["required"], *_find_common(issued)})
        return schema


def _list_answers() -> list[Any]:
    """Return the serializers of the answers of a login, up to the first certain answer."""
    found: list[Any] = []
    for answer in list_login_answers():
        found.append(answer)
        if _is_certain(answer):
            break
    return found


def _is_certain(answer: Any) -> bool:
    """Return whether the provider issues tokens for every user."""
    return any(field.required for field in answer().fields.values())


def _find_common(issued: list[dict[str, Any]]) -> set[str]:
    """Return the members that every answer has. The last answer is certain, or there is none."""
    if not issued or not issued[-1].get("required"):
        return set()
    others = [set(each["properties"]) for each in issued[:-1]]
    return set(issued[-1]["required"]).intersection(*others)
