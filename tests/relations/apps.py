from django.apps import AppConfig


class RelationsConfig(AppConfig):
    name = "tests.relations"

    def ready(self) -> None:
        import tests.shop.urls
        from tests.relations.viewsets import register

        register(tests.shop.urls.router)
        tests.shop.urls.urlpatterns = tests.shop.urls.router.urls
