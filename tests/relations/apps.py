from django.apps import AppConfig


class RelationsConfig(AppConfig):
    name = "tests.relations"

    def ready(self) -> None:
        import entities.urls
        from tests.relations.viewsets import register

        register(entities.urls.router)
        entities.urls.urlpatterns = entities.urls.router.urls
