from django.apps import AppConfig


class DummyProviderConfig(AppConfig):
    name = "tests.dummy_provider"
    auth_provider = "tests.dummy_provider.provider.ApiKeyProvider"
