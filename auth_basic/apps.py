from django.apps import AppConfig


class AuthBasicConfig(AppConfig):
    name = "auth_basic"
    auth_provider = "auth_basic.provider.BasicProvider"
