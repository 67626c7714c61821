from django.apps import AppConfig


class KeyConfig(AppConfig):
    name, label = "tests.packaged.api_key", "api_key"
    auth_provider = "tests.packaged.providers.KeyProvider"
