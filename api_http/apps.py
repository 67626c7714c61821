from importlib.util import find_spec

from django.apps import AppConfig
from django.core.checks import register

# The tag of the checks that a server process runs as well (runtime/start_checks.py).
TAG = "api"


class ApiHttpConfig(AppConfig):
    name = "api_http"
    # For the admin's first page (api_http/admin_panels.py).
    index_panels = ("api_http.admin_service.show_service",)

    def ready(self) -> None:
        from rest_framework.exceptions import Throttled

        from api_http.limits.checks import check_throttles
        from api_http.middleware_checks import check_middleware
        from runtime.project import require_configured

        require_configured()
        # DRF's own sentence says "Expected available in 1 second."
        Throttled.extra_detail_singular = "Try again in {wait} second."
        Throttled.extra_detail_plural = "Try again in {wait} seconds."
        # An extra of the wheel.
        if find_spec("graphql"):
            from api_http.graphql.checks import check_schema

            register(TAG)(check_schema)
        register(TAG)(check_middleware)
        register(TAG)(check_throttles)
