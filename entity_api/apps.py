from importlib.util import find_spec

from django.apps import AppConfig
from django.core.checks import register
from django.core.exceptions import ImproperlyConfigured

# The tag of the checks that a server process runs as well (runtime/start_checks.py).
TAG = "entity_api"


class EntityApiConfig(AppConfig):
    name = "entity_api"

    def ready(self) -> None:
        from django.apps import apps

        from runtime.project import require_configured

        require_configured()
        _require_extras()
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


def _require_extras() -> None:
    """Raise ImproperlyConfigured where the wheel was installed without what entities need."""
    if not (find_spec("graphql") and find_spec("drf_spectacular")):
        raise ImproperlyConfigured(
            "entity_api needs graphql-core and drf-spectacular. Install the extra `entities`: "
            "django-auth-service[entities]."
        )
