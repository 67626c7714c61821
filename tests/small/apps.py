from django.apps import AppConfig


class SmallConfig(AppConfig):
    name = "tests.small"
