from django.apps import AppConfig


class AuthJwtConfig(AppConfig):
    name = "auth_jwt"
    auth_provider = "auth_jwt.provider.BearerProvider"
