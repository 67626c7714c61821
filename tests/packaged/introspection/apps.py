from typing import ClassVar

from django.apps import AppConfig


class IntrospectionConfig(AppConfig):
    name, label = "tests.packaged.introspection", "introspection"
    auth_provider = "tests.packaged.providers.IntrospectionProvider"
    auth_settings: ClassVar = {"INTROSPECTION_URL": (str, "")}
