from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.apps import AppConfig, apps
from django.core.checks import register

if TYPE_CHECKING:
    from api_http.diagnosis import Finding


class AuthCoreConfig(AppConfig):
    name = "auth_core"
    verbose_name = "Authentication"
    # For the users' list in the admin.
    user_actions = ("auth_core.admin_unlock.unlock_selected",)
    # For the page of a role in the admin.
    role_table = "auth_core.role_table.draw_role"
    # For the admin's first page, and its pages of users and roles (api_http/admin_panels.py).
    index_panels = ("auth_core.admin_panels.show_days", "auth_core.admin_panels.show_locks")
    user_panels = ("auth_core.admin_panels.show_rights", "auth_core.admin_panels.show_events")
    role_panels = ("auth_core.admin_panels.show_matrix",)

    def ready(self) -> None:
        from auth_core import checks
        from auth_core.backend_checks import check_backends
        from auth_core.name_checks import check_names
        from auth_core.policy.checks import check_policy
        from auth_core.policy.view_checks import check_views
        from auth_core.route_checks import check_routes
        from auth_core.signals import connect_receivers
        from auth_core.wiring_checks import check_wiring
        from runtime.project import require_configured
        from runtime.roles import create_roles_with_tables

        require_configured()
        if apps.is_installed("drf_spectacular"):
            import auth_core.openapi  # noqa: F401 (drf-spectacular finds what is in it)
        register(checks.PLUGINS)(checks.check_providers)
        register(checks.PLUGINS)(check_backends)
        register(checks.PLUGINS)(check_policy)
        register(checks.PLUGINS)(check_names)
        register(checks.PLUGINS)(check_routes)
        register(checks.PLUGINS)(check_views)
        register(checks.PLUGINS)(check_wiring)
        connect_receivers()
        create_roles_with_tables()

    def diagnose(self) -> Iterable[Finding]:
        from auth_core.diagnosis import diagnose_authentication

        return diagnose_authentication()
