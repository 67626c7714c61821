from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.backends.signals import connection_created


class RuntimeConfig(AppConfig):
    name = "runtime"

    def ready(self) -> None:
        from runtime.connections import close_with_thread
        from runtime.leftovers import check_leftovers
        from runtime.metrics import process  # noqa: F401 (it publishes the worker's gauges)
        from runtime.migration_checks import check_migrations

        register(Tags.database)(check_leftovers)
        register(Tags.database)(check_migrations)
        connection_created.connect(close_with_thread)
