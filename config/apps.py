from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.backends.signals import connection_created


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import checks
        from config.connections import close_with_thread
        from config.graphql.checks import check_schema
        from config.hasher_checks import check_hashers

        connection_created.connect(close_with_thread)
        register(checks.PLUGINS)(checks.check_plugin_set)
        register(checks.PLUGINS)(checks.check_declarations)
        register(checks.PLUGINS)(check_schema)
        register(Tags.security)(check_hashers)
