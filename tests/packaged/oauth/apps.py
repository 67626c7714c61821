from django.apps import AppConfig


class OAuthConfig(AppConfig):
    name, label = "tests.packaged.oauth", "oauth"
    auth_provider = "tests.packaged.providers.OAuthProvider"
