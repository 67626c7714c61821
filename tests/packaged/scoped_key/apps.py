from django.apps import AppConfig


class ScopedKeyConfig(AppConfig):
    name, label = "tests.packaged.scoped_key", "scoped_key"
    auth_provider = "tests.packaged.providers.ScopedKeyProvider"
