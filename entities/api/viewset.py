"""The one base of every entity's viewset: CRUD, lists with the query language, and the routes of to-many links.

The handlers of HTTP methods only read the request and shape the answer. What they call (`search`, `find`, `add`,
`change`, `remove`) is free of REST, so another surface can call the same.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from entities.api.links import change_linked, list_linked
from entities.api.openapi import EntitySchema
from entities.api.pages import answer_page, prefers_count
from entities.api.problems import writing
from entities.api.registry import describe_entity
from entities.api.serializer import EntitySerializer
from entities.query.entity import Arguments, Entity
from entities.query.filters import compile_where
from entities.query.paging import Page, compile_query, fetch_page
from entities.query.parameters import read_parameters
from entities.query.values import parse_id


class EntityViewSet(GenericViewSet[Any]):
    """Serve an entity: set `queryset` and `serializer_class`, and register it with the router.

    Set `requires_authentication` for what must not be open to everyone: without authentication it is not served.
    """

    serializer_class: type[EntitySerializer]
    requires_authentication: ClassVar[bool] = False
    # Which to-many link a route is for; the router sets it.
    link: str = ""
    schema = EntitySchema()
    lookup_url_kwarg = "id"
    lookup_value_regex = "[^/]+"

    @property
    def entity(self) -> Entity:
        """What the query language may use here."""
        return describe_entity(type(self))

    @classmethod
    def open(cls, request: Request, action: str) -> Self:
        """Make a viewset that acts for the request's caller; raises NotAuthenticated or PermissionDenied."""
        viewset = cls(request=request, action=action, format_kwarg=None, args=(), kwargs={})
        viewset.check_permissions(request)
        return viewset

    def search(self, arguments: Arguments, rows: QuerySet[Any] | None = None) -> Page:
        """Give a page of the rows (all that may be seen, unless told) in two steps: compile, then fetch."""
        query = compile_query(self.entity, arguments, settings.API_MAX_TAKE)
        return fetch_page(self.get_queryset() if rows is None else rows, query)

    def count(self, arguments: Arguments, rows: QuerySet[Any] | None = None) -> int:
        """Count the rows that meet `where`, whatever `skip` and `take` are."""
        where = compile_where(self.entity, arguments.get("where") or {})
        return (self.get_queryset() if rows is None else rows).filter(where).count()

    def find(self, key: str, rows: QuerySet[Any] | None = None) -> Any:
        """Give the row with this id; NotFound where there is none."""
        rows = self.get_queryset() if rows is None else rows
        parsed = parse_id(key)
        row = rows.filter(pk=parsed).first() if parsed else None
        if row is None:
            raise NotFound(f"There is no {self.entity.name} with this id.")
        self.check_object_permissions(self.request, row)
        return row

    def add(self, data: Any) -> Any:
        """Create a row from input in wire form; ValidationError, Conflict."""
        return self._save(self.get_serializer(data=data))

    def change(self, key: str, data: Any) -> Any:
        """Change the given fields of a row; NotFound, ValidationError, Conflict."""
        with transaction.atomic():
            return self._save(self.get_serializer(self._lock(key), data=data, partial=True))

    def remove(self, key: str) -> Any:
        """Delete a row and give it as it was, in wire form; NotFound, Conflict where something needs it."""
        with writing(self.entity.model, {}):
            row = self._lock(key)
            shown = self.get_serializer(row).data
            row.delete()
        return shown

    def _lock(self, key: str) -> Any:
        return self.find(key, self.get_queryset().select_for_update(of=("self",)))

    def _save(self, serializer: Any) -> Any:
        serializer.is_valid(raise_exception=True)
        return serializer.save()

    def list(self, request: Request) -> Response:
        arguments = read_parameters(request.META["QUERY_STRING"])
        page = self.search(arguments)
        total = self.count(arguments) if prefers_count(request) else None
        return answer_page(request, self.get_serializer(page.rows, many=True).data, page, arguments, total)

    def retrieve(self, request: Request, id: str) -> Response:
        return Response(self.get_serializer(self.find(id)).data)

    def create(self, request: Request) -> Response:
        return Response(self.get_serializer(self.add(request.data)).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, id: str) -> Response:
        return Response(self.get_serializer(self.change(id, request.data)).data)

    def destroy(self, request: Request, id: str) -> Response:
        return Response(self.remove(id))

    def list_links(self, request: Request, id: str) -> Response:
        return list_linked(self, request, id)

    def connect_links(self, request: Request, id: str) -> Response:
        return change_linked(self, request, id, "connect", status.HTTP_201_CREATED)

    def set_links(self, request: Request, id: str) -> Response:
        return change_linked(self, request, id, "set", status.HTTP_200_OK)

    def disconnect_links(self, request: Request, id: str) -> Response:
        return change_linked(self, request, id, "disconnect", status.HTTP_200_OK)
