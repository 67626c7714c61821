from django.apps import AppConfig


class MagicConfig(AppConfig):
    name, label = "tests.packaged.magic", "magic"
    auth_provider = "tests.packaged.providers.MagicProvider"
