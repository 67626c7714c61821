"""The apps of the providers."""

from django.apps import AppConfig


class TokenConfig(AppConfig):
    name, label = "tests.dummy_provider", "drf_token"
    auth_provider = "tests.packaged.providers.TokenProvider"


class KnoxConfig(AppConfig):
    name, label = "tests.routed_provider", "knox_token"
    auth_provider = "tests.packaged.providers.KnoxProvider"


class KeyConfig(AppConfig):
    name, label = "tests.packaged", "api_key"
    auth_provider = "tests.packaged.providers.KeyProvider"
