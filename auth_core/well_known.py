"""Public documents of providers (RFC 8615); config/urls.py mounts them under .well-known/."""

from __future__ import annotations

from auth_core.urls import list_provider_routes

urlpatterns = list_provider_routes("well_known")
