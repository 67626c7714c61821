"""The router: an entity's own routes, and one for each of its to-many links."""

import re
from typing import Any

from django.db.models import Model
from django.urls import Resolver404, ResolverMatch
from django.urls.resolvers import RegexPattern, URLResolver
from rest_framework.routers import Route, SimpleRouter

from entity_api.admin.defaults import register_admin
from entity_api.description.eligible import UNSERVED, explain_unserved
from entity_api.description.entity import Relation
from entity_api.description.file_field import name_route
from entity_api.description.registry import VIEWSETS, describe_entity, is_served
from entity_api.description.serializer import EntitySerializer
from entity_api.files.receivers import watch_files
from entity_api.rest.viewset import EntityViewSet, make_viewset

LINK_METHODS = {
    "get": "list_links",
    "post": "connect_links",
    "patch": "set_links",
    "delete": "disconnect_links",
}

# The actions of a row: a change of its file is a change of the row.
FILE_METHODS = {"get": "retrieve", "post": "partial_update", "delete": "partial_update"}

BULK = Route(
    url="^{prefix}/bulk{trailing_slash}$",
    mapping={"post": "create", "patch": "partial_update", "delete": "destroy"},
    name="{basename}-bulk",
    detail=False,
    initkwargs={"bulk": True},
)


# What a route of a prefix begins with.
_PREFIX = re.compile(r"\^([\w-]+)[/$]")


class EntityRoutes(URLResolver):
    """The routes of all entities. Django compares a path with one route after the other, which
    takes longer with each entity. Here it is compared with those of its own prefix.
    """

    def __init__(self, routes: list[Any]) -> None:
        super().__init__(RegexPattern(""), routes)
        prefixes = [_PREFIX.match(str(route.pattern)) for route in routes]
        named = [prefix[1] if prefix else None for prefix in prefixes]
        # A route that may begin with anything is in all lists, in its place.
        self._routes = {
            name: [route for route, own in zip(routes, named, strict=True) if own in (name, None)]
            for name in {*named, None}
        }

    def resolve(self, path: str) -> ResolverMatch:
        routes = self._routes.get(path.partition("/")[0], self._routes[None])
        for route in routes:
            if match := route.resolve(path):
                return match  # type: ignore[no-any-return]
        raise Resolver404({"tried": [[route] for route in routes], "path": path})


class EntityRouter(SimpleRouter):
    """The router of entities: `register("customers", CustomerViewSet)`, then include its `urls`.

    The prefix is the entity's plural on REST and GraphQL. Each relation to many and each file has a
    route too. `<prefix>/bulk` writes many rows at once.
    """

    def __init__(self) -> None:
        super().__init__(trailing_slash=False)

    def register(  # type: ignore[override]
        self,
        prefix: str,
        viewset: type[EntityViewSet] | type[Model],
        basename: str | None = None,
        *,
        serializer: type[EntitySerializer] | None = None,
        entity_name: str = "",
    ) -> None:
        """Serve the entity under `prefix`, its plural on the wire.

        A model gets a viewset, with `serializer` or one of all editable fields, and an admin, where
        it has none. `entity_name` is the entity's name where another model has that of this one. An
        open service leaves out an entity that needs authentication. A check reports a model that
        cannot be served.
        """
        model: Any = viewset
        if not issubclass(viewset, Model):
            model = viewset.serializer_class.Meta.model
        if reason := explain_unserved(model):
            UNSERVED[model] = reason
            return
        if issubclass(viewset, Model):
            register_admin(viewset)
            viewset = make_viewset(viewset, serializer, entity_name)
        if is_served(viewset):
            viewset.plural = prefix
            VIEWSETS[model] = viewset
            # The permissions find the name of a section by the model.
            if viewset.entity_name:
                model.entity_name = viewset.entity_name
            watch_files(model)
            super().register(prefix, viewset, basename or viewset.entity_name.lower() or None)

    def get_urls(self) -> list[Any]:
        routes = super().get_urls()
        return [EntityRoutes(routes)] if routes else []

    def get_routes(self, viewset: Any) -> list[Any]:
        return [
            # Before the routes of a row, whose id it would be.
            BULK,
            *super().get_routes(viewset),
            *(
                _route_link(link)
                for link in describe_entity(viewset).relations.values()
                if link.many
            ),
            *(_route_file(viewset, name) for name in describe_entity(viewset).files),
        ]


def _route_link(link: Relation) -> Route:
    methods = LINK_METHODS.items()
    return Route(
        url=f"^{{prefix}}/{{lookup}}/{link.name}{{trailing_slash}}$",
        mapping={method: name for method, name in methods if link.writable or method == "get"},
        name=f"{{basename}}-{link.name}",
        detail=True,
        initkwargs={"link": link.name},
    )


def _route_file(viewset: type[EntityViewSet], name: str) -> Route:
    field: Any = viewset.serializer_class().fields[name]
    return Route(
        url=f"^{{prefix}}/{{lookup}}/{name}{{trailing_slash}}$",
        mapping=FILE_METHODS if field.is_uploaded else {"get": FILE_METHODS["get"]},
        name=name_route(describe_entity(viewset).model, name),
        detail=True,
        initkwargs={"file": name},
    )
