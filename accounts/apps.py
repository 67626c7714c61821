from django.apps import AppConfig
from django.core.checks import Tags, register


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Accounts"
    # For the lists of the admin (api_http/admin_panels.py).
    list_panels = ("accounts.saved_filter_panel.show_saved_filters",)

    def ready(self) -> None:
        from django.db.models.signals import pre_save

        from accounts import plugin_checks
        from accounts.hasher_checks import check_hashers
        from accounts.last_admin import watch_last_admin
        from accounts.leaked_passwords import check_leaked_passwords
        from accounts.models import User
        from accounts.older_database import check_older_database
        from accounts.usernames import fill_loaded_key
        from runtime.roles import create_roles_with_tables

        register(plugin_checks.PLUGINS)(plugin_checks.check_plugin_set)
        register(plugin_checks.PLUGINS)(plugin_checks.check_declarations)
        register(Tags.security)(check_hashers)
        register(Tags.security)(check_leaked_passwords)
        register(Tags.database)(check_older_database)
        watch_last_admin()
        create_roles_with_tables()
        pre_save.connect(fill_loaded_key, sender=User, dispatch_uid="accounts.username_key")
