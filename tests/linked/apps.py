from django.apps import AppConfig


class LinkedConfig(AppConfig):
    name = "tests.linked"
