from typing import Any

from django.db.models import Model

from entity_api.description.serializer import EntitySerializer
from entity_api.rest.router import EntityRouter
from entity_api.rest.viewset import EntityViewSet
from tests.relations import models

SERVED: tuple[tuple[str, type[Model], tuple[str, ...]], ...] = (
    ("members", models.Member, ("nick", "profile")),
    ("profiles", models.Profile, ("bio", "member")),
    ("staff", models.Staff, ("name", "user")),
    ("desks", models.Desk, ("name",)),
    ("clubs", models.Club, ("name", "meetings")),
    ("meetings", models.Meeting, ("name", "clubs")),
)


def register(router: EntityRouter) -> None:
    for plural, model, fields in SERVED:
        router.register(plural, make_viewset(model, fields))


def make_viewset(model: Any, fields: tuple[str, ...]) -> type[EntityViewSet]:
    meta = type("Meta", (), {"model": model, "fields": fields})
    serializer = type(
        f"{model.__name__}Serializer", (EntitySerializer,), {"Meta": meta, "__doc__": model.__doc__}
    )
    attributes = {"queryset": model.objects.all(), "serializer_class": serializer}
    return type(f"{model.__name__}ViewSet", (EntityViewSet,), attributes)
