"""The base of every entity's viewset: the routes of REST, each of which calls one use case."""

from __future__ import annotations

from functools import cache, partial
from typing import Any, ClassVar

from django.db.models import Model
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework import status
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from api_http.json import BODY_LIMIT, answer
from api_http.limits.counting import count_for_view
from entity_api.description.defaults import make_serializer
from entity_api.description.registry import describe_entity
from entity_api.description.serializer import EntitySerializer
from entity_api.hooks import EntityHooks
from entity_api.links import find_link_scope, find_to_link
from entity_api.openapi.schema import EntitySchema
from entity_api.operations import (
    count_rows,
    find_relation,
    read_linked,
    read_page,
    read_row,
)
from entity_api.query.parameters import read_parameters
from entity_api.reading.presenting import show_row, show_rows
from entity_api.reading.selections import LinkedTo, Page
from entity_api.rest.conditions import make_tag, read_condition
from entity_api.rest.files import FormParser, answer_file, change_file, find_form_limit
from entity_api.rest.pages import answer_new, answer_page, answer_row, prefers_count
from entity_api.writing.many import create_rows, delete_rows, update_rows
from entity_api.writing.operations import change_linked, create_row, delete_row, update_row
from entity_api.writing.problems import writing
from entity_api.writing.showing import write_and_show

# The handlers of an entity's viewset, which ask for rows and fields by themselves. Any other
# handler of it is watched.
HANDLERS = (
    *("list", "retrieve", "create", "partial_update", "destroy"),
    *("list_links", "connect_links", "set_links", "disconnect_links"),
)


@cache
def _join_methods(methods: tuple[str, ...]) -> str:
    return ", ".join(method.upper() for method in (*methods, "options"))


class EntityViewSet(EntityHooks):
    """Serve an entity: set `queryset` and `serializer_class`, and register it with the router.

    Without `serializer_class` all fields that may be edited are served. Set
    `requires_authentication` if an open service must not serve the entity. The hooks of DRF that
    hold on every surface are listed in docs/viewsets.md; a check refuses the others.
    """

    requires_authentication: ClassVar[bool] = False
    # The entity's name, where that of its model is taken.
    entity_name: ClassVar[str] = ""
    # The entity's plural in addresses. The router sets it.
    plural: ClassVar[str] = ""
    # The columns of text into which `search` of a list looks. Without any there is no `search`.
    search_fields: ClassVar[tuple[str, ...]] = ()
    # Which to-many link a route is for; the router sets it.
    link: str = ""
    # Which file a route is for; the router sets it.
    file: str = ""
    # Whether a route is for many rows at once; the router sets it.
    bulk: bool = False
    schema = EntitySchema()
    asks_permissions = HANDLERS

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.note_overrides(EntityViewSet)
        if cls.queryset is not None and cls.serializer_class is None:
            model: Any = cls.queryset.model
            cls.serializer_class = make_serializer(model, cls.entity_name or model.__name__)
        # The router and permission classes read the model off `queryset`, which DRF lets a viewset
        # leave out.
        if cls.queryset is None and cls.overrides("get_queryset"):
            model = cls.serializer_class.Meta.model
            cls.queryset = model._default_manager.all()

    @property
    def default_response_headers(self) -> dict[str, str]:
        """Return what is allowed, which is the same for all requests of a route."""
        return {"Allow": _join_methods(tuple(self.action_map))}

    def perform_authentication(self, request: Request) -> None:
        """Leave it to the permissions: a public action must not stumble over a stale credential."""

    def check_throttles(self, request: Request) -> None:
        """Count the request if the viewset or the action sets `throttle`. Raises Throttled."""
        if self.throttle or self.action not in HANDLERS:
            count_for_view(request, self)

    def get_parsers(self) -> list[BaseParser]:
        return [FormParser()] if self.file else super().get_parsers()

    @staticmethod
    def find_body_limit(method: str, file: str = "", **_: Any) -> int:
        """Return how many bytes a request to a route may have. `ApiMiddleware` asks it."""
        return find_form_limit() if file and method == "POST" else BODY_LIMIT

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        links = describe_entity(type(self)).relations
        kwargs["context"] = {
            **(kwargs.get("context") or self.get_serializer_context()),
            "link_scope": lambda name: find_link_scope(self, links[name]),
            "find_to_link": lambda name, key: find_to_link(self, links[name], key),
        }
        return super().get_serializer(*args, **kwargs)

    def list(self, request: Request) -> HttpResponse:
        text = request.META.get("QUERY_STRING", "")
        page = Page(text, lambda: read_parameters(text))
        found = read_page(self, page)
        if not found.has_more and "HTTP_PREFER" not in request.META:
            return answer(request, found.rows)
        total = count_rows(self, page) if prefers_count(request) else None
        return answer_page(request, found, total)

    def retrieve(self, request: Request, id: str) -> HttpResponseBase:
        if self.file:
            return answer_file(self, id, self.file)
        return answer_row(request, read_row(self, id)[0])

    def create(self, request: Request) -> HttpResponse:
        if self.bulk:
            created = create_rows(self, request.data, show_rows)
            return Response(created, status.HTTP_201_CREATED)
        data = request.data
        return answer_new(request, write_and_show(self, data, lambda: create_row(self, data)))

    def partial_update(self, request: Request, id: str = "") -> HttpResponse:
        if self.bulk:
            return Response(update_rows(self, request.data, show_rows))
        if self.file:
            change = partial(change_file, self, id, self.file)
            return answer_row(request, write_and_show(self, {}, change))
        write = partial(update_row, self, id, request.data, read_condition(self))
        return answer_row(request, write_and_show(self, request.data, write))

    def destroy(self, request: Request, id: str = "") -> Response:
        if self.bulk:
            return Response(delete_rows(self, request.data, show_rows))
        return Response(delete_row(self, id, lambda row: show_row(self, row), read_condition(self)))

    def list_links(self, request: Request, id: str) -> HttpResponse:
        relation = find_relation(self, self.link, "retrieve")
        text = request.META.get("QUERY_STRING", "")
        page = LinkedTo(text, lambda: read_parameters(text), relation)
        return answer_page(request, *read_linked(self, id, page, counts=prefers_count(request)))

    def connect_links(self, request: Request, id: str) -> Response:
        return self._change_links(request, id, "connect", status.HTTP_201_CREATED)

    def set_links(self, request: Request, id: str) -> Response:
        return self._change_links(request, id, "set", status.HTTP_200_OK)

    def disconnect_links(self, request: Request, id: str) -> Response:
        return self._change_links(request, id, "disconnect", status.HTTP_200_OK)

    def _change_links(self, request: Request, key: str, verb: str, code: int) -> Response:
        """Change the links; the answer has no body.

        A condition of the request is about the parent row. The answer to such a request has the
        parent's new ETag.
        """
        relation, require = find_relation(self, self.link, "partial_update"), read_condition(self)
        with writing(relation.target, from_body=False):
            parent = change_linked(self, key, relation, verb, request.data, require)
            headers = {"ETag": make_tag(self, parent)} if require else {}
        return Response(status=code, headers=headers)


def make_viewset(
    model: type[Model],
    serializer: type[EntitySerializer] | None = None,
    entity_name: str = "",
) -> type[EntityViewSet]:
    """Return a viewset of all rows of the model, with the default serializer or the given one."""
    members: dict[str, Any] = {
        "queryset": model._default_manager.all(),
        "entity_name": entity_name,
        "__module__": model.__module__,
    }
    if serializer:
        members["serializer_class"] = serializer
    return type(f"{entity_name or model.__name__}ViewSet", (EntityViewSet,), members)
