from django.apps import AppConfig


class ShopConfig(AppConfig):
    name = "tests.shop"
    verbose_name = "Shop"
