from django.apps import AppConfig


class AllauthConfig(AppConfig):
    name, label = "tests.packaged.allauth_token", "allauth_token"
    auth_provider = "tests.packaged.providers.SessionTokenProvider"
    auth_middleware = ("allauth.account.middleware.AccountMiddleware",)
