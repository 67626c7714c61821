from django.apps import AppConfig
from django.core.checks import register


class EntitiesConfig(AppConfig):
    name = "entities"
    verbose_name = "Entities"

    def ready(self) -> None:
        from entities.api.checks import TAG, check_viewsets
        from entities.query.lookups import register_lookups

        register(TAG)(check_viewsets)
        register_lookups()
