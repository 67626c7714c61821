from django.apps import AppConfig


class TabledProviderConfig(AppConfig):
    name = "tests.tabled_provider"
    default_auto_field = "django.db.models.BigAutoField"
    auth_provider = "tests.dummy_provider.provider.ApiKeyProvider"
