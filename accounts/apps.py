from django.apps import AppConfig, apps
from django.core.checks import Tags, register


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate, pre_save

        from accounts import plugin_checks
        from accounts.hasher_checks import check_hashers
        from accounts.last_admin import watch_last_admin
        from accounts.models import User
        from accounts.older_database import check_older_database
        from accounts.roles import create_roles
        from accounts.usernames import fill_loaded_key

        register(plugin_checks.PLUGINS)(plugin_checks.check_plugin_set)
        register(plugin_checks.PLUGINS)(plugin_checks.check_declarations)
        register(Tags.security)(check_hashers)
        register(Tags.database)(check_older_database)
        watch_last_admin()
        # The table of groups belongs to the app "auth".
        post_migrate.connect(create_roles, sender=apps.get_app_config("auth"))
        pre_save.connect(fill_loaded_key, sender=User, dispatch_uid="accounts.username_key")
