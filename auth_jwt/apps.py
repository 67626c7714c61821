from django.apps import AppConfig, apps
from django.core.checks import register


class AuthJwtConfig(AppConfig):
    name = "auth_jwt"
    verbose_name = "Sessions"
    auth_provider = "auth_jwt.provider.BearerProvider"

    def ready(self) -> None:
        if not apps.is_installed(
            "auth_core"
        ):  # accounts.E001 refuses this start, with a better message than ImportError
            return
        from auth_core.checks import PLUGINS
        from auth_jwt.checks import check_keys
        from auth_jwt.receivers import connect_receivers

        register(PLUGINS)(check_keys)
        connect_receivers()
