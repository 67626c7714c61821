from django.apps import AppConfig
from django.core.checks import register

# The tag of the checks that a server process runs as well (config/wsgi.py).
TAG = "entity_api"


class EntityApiConfig(AppConfig):
    name = "entity_api"

    def ready(self) -> None:
        from django.apps import apps

        from entity_api.checks import check_viewsets
        from entity_api.description.model import Entity
        from entity_api.files.receivers import watch_files
        from entity_api.model_checks import check_models
        from entity_api.query.lookups import register_lookups
        from entity_api.writing.deletions import watch_deletions

        for model in apps.get_models():
            if issubclass(model, Entity):
                watch_files(model)
        register(TAG)(check_viewsets)
        register(TAG)(check_models)
        register_lookups()
        watch_deletions()
