"""The user name behind what a person types to log in, such as an e-mail address."""

from __future__ import annotations

from django.apps import apps
from django.utils.module_loading import import_string


def find_login_name(typed: str) -> str:
    """Return the user name of the account that is meant, or the text as it is.

    A plugin names a function in its AppConfig, `login_names = "my_plugin.names.find_user_name"`,
    which is given the text. It must do the same work for known and unknown texts.
    """
    for app in apps.get_app_configs():
        if path := getattr(app, "login_names", ""):
            typed = import_string(path)(typed)
    return typed
