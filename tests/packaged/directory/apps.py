from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name, label = "tests.packaged.directory", "directory"
    auth_backends = ("tests.packaged.providers.DirectoryBackend",)
