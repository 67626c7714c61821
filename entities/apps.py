from django.apps import AppConfig
from django.core.checks import register

# The tag of the checks that config/wsgi.py runs as well.
TAG = "entities"


class EntitiesConfig(AppConfig):
    name = "entities"
    verbose_name = "Entities"

    def ready(self) -> None:
        from django.db.models.signals import pre_save

        from entities.api.checks import check_viewsets
        from entities.api.deletions import watch_deletions
        from entities.last_admin import watch_last_admin
        from entities.models import User
        from entities.query.lookups import register_lookups
        from entities.usernames import fill_loaded_key

        register(TAG)(check_viewsets)
        register_lookups()
        watch_deletions()
        watch_last_admin()
        pre_save.connect(fill_loaded_key, sender=User, dispatch_uid="entities.username_key")
