from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    name = "tests.archive"
