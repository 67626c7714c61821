from django.apps import AppConfig
from django.db.backends.signals import connection_created


class RuntimeConfig(AppConfig):
    name = "runtime"

    def ready(self) -> None:
        from runtime.connections import close_with_thread

        connection_created.connect(close_with_thread)
