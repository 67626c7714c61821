from django.apps import AppConfig


class KnoxConfig(AppConfig):
    name, label = "tests.packaged.knox_token", "knox_token"
    auth_provider = "tests.packaged.providers.KnoxProvider"
