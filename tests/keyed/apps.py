from django.apps import AppConfig


class KeyedConfig(AppConfig):
    name = "tests.keyed"
    default_auto_field = "django.db.models.AutoField"
