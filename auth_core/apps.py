from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.core.checks import register

if TYPE_CHECKING:
    from api_http.diagnosis import Finding


class AuthCoreConfig(AppConfig):
    name = "auth_core"
    verbose_name = "Authentication"
    # For the users' list in the admin.
    user_actions = ("auth_core.admin_unlock.unlock_selected",)

    def ready(self) -> None:
        from auth_core import checks, openapi  # noqa: F401 (drf-spectacular finds what is in the latter)
        from auth_core.policy.checks import check_policy
        from auth_core.policy.view_checks import check_views
        from auth_core.signals import connect_receivers

        register(checks.PLUGINS)(checks.check_providers)
        register(checks.PLUGINS)(check_policy)
        register(checks.PLUGINS)(check_views)
        connect_receivers()

    def diagnose(self) -> Iterable[Finding]:
        from auth_core.diagnosis import diagnose_authentication

        return diagnose_authentication()
