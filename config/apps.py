from django.apps import AppConfig
from django.core.checks import register


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import checks

        register(checks.PLUGINS)(checks.check_plugin_set)
        register(checks.PLUGINS)(checks.check_declarations)
