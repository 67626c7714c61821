from django.apps import AppConfig


class MisroutedProviderConfig(AppConfig):
    name = "tests.misrouted_provider"
    auth_provider = "tests.dummy_provider.provider.ApiKeyProvider"
