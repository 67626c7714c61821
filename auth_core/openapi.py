"""Every provider as an OpenAPI security scheme, each of them an alternative for every protected
operation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from auth_core.registry import installed_providers

if TYPE_CHECKING:
    from drf_spectacular.openapi import AutoSchema


class ProviderScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """drf-spectacular finds it by this class existing; auth_core's AppConfig imports it."""

    target_class = "auth_core.authentication.ProviderAuthentication"

    @property
    def name(self) -> list[str]:  # type: ignore[override]
        return [provider.challenge for provider in installed_providers()]

    def get_security_requirement(self, auto_schema: AutoSchema) -> list[dict[str, list[Any]]]:
        return [{name: []} for name in self.name]

    def get_security_definition(self, auto_schema: AutoSchema) -> list[dict[str, Any]]:
        return [dict(provider.openapi) for provider in installed_providers()]
