from django.apps import AppConfig


class RoutedProviderConfig(AppConfig):
    name = "tests.routed_provider"
    auth_provider = "tests.dummy_provider.provider.ApiKeyProvider"
