from django.apps import AppConfig
from django.core.checks import register


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import checks
        from config.graphql.checks import check_schema

        register(checks.PLUGINS)(checks.check_plugin_set)
        register(checks.PLUGINS)(checks.check_declarations)
        register(checks.PLUGINS)(check_schema)
