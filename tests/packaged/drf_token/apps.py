from django.apps import AppConfig


class TokenConfig(AppConfig):
    name, label = "tests.packaged.drf_token", "drf_token"
    auth_provider = "tests.packaged.providers.TokenProvider"
