from typing import ClassVar

from django.apps import AppConfig


class GatewayConfig(AppConfig):
    name, label = "tests.packaged.gateway", "gateway"
    auth_provider = "tests.packaged.providers.GatewayProvider"
    auth_settings: ClassVar = {"GATEWAYS": (str.split, ["127.0.0.1"])}
