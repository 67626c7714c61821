from django.apps import AppConfig
from django.core.checks import register

# The tag of the checks that a server process runs as well (config/wsgi.py).
TAG = "api"


class ApiHttpConfig(AppConfig):
    name = "api_http"

    def ready(self) -> None:
        from api_http.graphql.checks import check_schema
        from api_http.middleware_checks import check_middleware

        register(TAG)(check_schema)
        register(TAG)(check_middleware)
