"""The one base of every entity's viewset: CRUD, lists with the query language, and the routes of to-many links.

The handlers of HTTP methods only read the request and shape the answer. What they call (`search`, `find`, `add`,
`change`, `remove`, `show`) is free of REST, so another surface can call the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from contextlib import AbstractContextManager, nullcontext
from functools import cache, cached_property
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db.models import Model, QuerySet
from django.http import HttpResponse
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from entities.api.access import deny_field, deny_result, deny_row, find_caller, narrow_rows, permit_fields
from entities.api.encoder import find_encoder
from entities.api.link_routes import change_linked, list_linked
from entities.api.links import blank_unseen, find_link_scope, open_linked
from entities.api.openapi import EntitySchema
from entities.api.ownership import own
from entities.api.pages import answer, answer_page, prefers_count
from entities.api.plans import find_to_link, plan_list, plan_row, shows_links_whole
from entities.api.problems import writing
from entities.api.registry import describe_entity, restrict_entity
from entities.api.serializer import EntitySerializer
from entities.api.single_writes import change_alone, writes_alone
from entities.query.entity import Arguments, Entity
from entities.query.filters import compile_where
from entities.query.paging import Page, compile_query, fetch_page
from entities.query.parameters import read_parameters
from entities.query.values import parse_id


@cache
def _join_methods(methods: tuple[str, ...]) -> str:
    return ", ".join(method.upper() for method in (*methods, "options"))


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
    def default_response_headers(self) -> dict[str, str]:
        """Tell what is allowed, which is the same for all requests of a route."""
        return {"Allow": _join_methods(tuple(self.action_map))}

    @classmethod
    def open(cls, request: Request, action: str) -> Self:
        """Make a viewset that acts for the request's caller; raises NotAuthenticated or PermissionDenied."""
        viewset = cls(request=request, action=action, format_kwarg=None, args=(), kwargs={})
        viewset.check_permissions(request)
        return viewset

    def perform_authentication(self, request: Request) -> None:
        """Leave it to the permissions: a public action must not stumble over a stale credential."""

    @property
    def model(self) -> type[Model]:
        return self.serializer_class.Meta.model

    @cached_property
    def entity(self) -> Entity:
        """What the caller may ask for in `where` and `orderBy`: nothing that an answer would withhold."""
        names = self.permit("list") & self.permit("retrieve")
        rows = None if self.reaches_all("list") else self.rows("list")
        return restrict_entity(describe_entity(type(self)), names, rows, self._find)

    def prepare_write(self, data: Any) -> AbstractContextManager[None]:
        """Return a context for a write with this input, entered before its transaction begins.

        Override it to do there what takes long and needs no transaction. `data` is not validated yet.
        """
        return nullcontext()

    def _find(self, model: type[Model]) -> Entity | None:
        target = open_linked(self.request, model, "list")
        return None if target is None else target.entity

    def permit(self, action: str) -> Set[str]:
        """Give the wire names of the fields that the caller may read (`list`, `retrieve`) or write with the action."""
        return permit_fields(self, action, describe_entity(type(self)).names)

    def get_queryset(self) -> QuerySet[Any]:
        """Give the rows that the caller reaches with the action this viewset was opened for."""
        return self.rows(self.action)

    def rows(self, *actions: str) -> QuerySet[Any]:
        """Give the rows that the caller reaches with each of the actions."""
        return self._narrow(super().get_queryset(), actions)

    def reaches_all(self, *actions: str) -> bool:
        """Whether none of the actions is limited to some of the rows."""
        rows: Any = self.queryset  # type: ignore[arg-type]
        return self._narrow(rows, actions) is rows

    def _narrow(self, rows: QuerySet[Any], actions: tuple[str, ...]) -> QuerySet[Any]:
        for action in actions:
            rows = narrow_rows(self, action, rows)
        return rows

    def search(self, arguments: Arguments, rows: QuerySet[Any] | None = None) -> Page:
        """Give a page of the rows (all that may be seen, unless told) in two steps: compile, then fetch."""
        query = compile_query(self.entity, arguments, settings.API_MAX_TAKE)
        return fetch_page(self.rows("list") if rows is None else rows, query)

    def count(self, arguments: Arguments, rows: QuerySet[Any] | None = None) -> int:
        """Count the rows that meet `where`, whatever `skip` and `take` are."""
        where = compile_where(self.entity, arguments.get("where") or {})
        return (self.rows("list") if rows is None else rows).filter(where).count()

    def find(self, key: str, action: str = "retrieve", *, lock: bool = False) -> Any:
        """Give the row with this id; NotFound where the caller reaches none with the action."""
        rows = self.rows(action)
        parsed = parse_id(key)
        row = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=parsed).first() if parsed else None
        if row is None:
            raise deny_row(self, action)
        self.check_object_permissions(self.request, row)
        return row

    def add(self, data: Any) -> Any:
        """Create a row from input in wire form; PermissionDenied, ValidationError, Conflict."""
        self._refuse_withheld(data, "create")
        with self.prepare_write(data), writing(self.model, alone=writes_alone(self, data, "create")):
            return self._save(self.get_serializer(data=data), "create")

    def change(self, key: str, data: Any) -> Any:
        """Change the given fields of a row; NotFound, PermissionDenied, ValidationError, Conflict."""
        self._refuse_withheld(data, "partial_update")
        if writes_alone(self, data, "partial_update"):
            with writing(self.model, alone=True):
                return change_alone(self, key, data)
        with self.prepare_write(data), writing(self.model):
            row = self.find(key, "partial_update", lock=True)
            return self._save(self.get_serializer(row, data=data, partial=True), "partial_update")

    def remove(self, key: str) -> Any:
        """Delete a row and give it as it was, in wire form; NotFound, Conflict where something needs it."""
        with writing(self.model):
            row = self.find(key, "destroy", lock=True)
            shown = self.show(row)
            row.delete()
        return shown

    def get_serializer_context(self) -> dict[str, Any]:
        links = describe_entity(type(self)).links
        return {
            **super().get_serializer_context(),
            "link_scope": lambda name: find_link_scope(self, links[name]),
            "find_to_link": lambda name, key: find_to_link(self, links[name], key),
        }

    def _refuse_withheld(self, data: Any, action: str) -> None:
        permitted = self.permit(action)
        names = describe_entity(type(self)).names
        for name in data if isinstance(data, Mapping) else ():
            if name in names and name not in permitted:
                raise deny_field(self, action, name)

    def _save(self, serializer: Any, action: str) -> Any:
        serializer.is_valid(raise_exception=True)
        row = serializer.save(**own(self.model, find_caller(self.request), serializer))
        # Whoever reaches only some rows must not make one, or turn one into one, out of their own reach.
        if not self.reaches_all(action) and not self.rows(action).filter(pk=row.pk).exists():
            raise deny_result(self, action)
        return row

    def show(self, row: Any) -> dict[str, Any]:
        """Give a row in wire form, with the fields that the caller may view."""
        return self.present([row], self.names_seen(row))[0]

    def show_all(self, rows: list[Any]) -> list[dict[str, Any]]:
        """Give the rows of a list in wire form, with the fields that the caller may search and view."""
        return self.present(rows, self.names_listed())

    def names_seen(self, row: Any) -> Set[str]:
        """Give the fields of a row that the caller may view; of one that may not be seen, the id."""
        seen = self.reaches_all("retrieve") or self.rows("retrieve").filter(pk=row.pk).exists()
        return self.permit("retrieve") if seen else {"id"}

    def names_listed(self) -> Set[str]:
        """Give the fields that the caller may see in a list: those to search, and of these the ones to view."""
        return self.permit("list") & self.permit("retrieve")

    def present(self, rows: list[Any], names: Set[str]) -> list[dict[str, Any]]:
        """Give the rows in wire form, each with the fields of these names that are read."""
        if encode := find_encoder(self.serializer_class, frozenset(names)):
            shown = [encode(row) for row in rows]
            return shown if shows_links_whole(self, names) else blank_unseen(self, shown, names)
        serializer: Any = self.get_serializer(rows, many=True)
        for name in set(serializer.child.fields) - names:
            del serializer.child.fields[name]
        return blank_unseen(self, serializer.data, names)

    def list(self, request: Request) -> HttpResponse:
        query_string = request.META.get("QUERY_STRING", "")
        if plan := plan_list(self, query_string):
            arguments, page = plan.arguments, plan.fetch(self)
            shown = page.rows
        else:
            arguments = read_parameters(query_string)
            page = self.search(arguments)
            shown = self.show_all(page.rows)
        total = self.count(arguments) if prefers_count(request) else None
        return answer_page(request, shown, page, arguments, total)

    def retrieve(self, request: Request, id: str) -> HttpResponse:
        if plan := plan_row(self):
            if shown := plan.find(self, id):
                return answer(request, shown)
            raise deny_row(self, "retrieve")
        return answer(request, self.present([self.find(id)], self.permit("retrieve"))[0])

    def create(self, request: Request) -> Response:
        return Response(self.show(self.add(request.data)), status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, id: str) -> HttpResponse:
        return answer(request, self.show(self.change(id, request.data)))

    def destroy(self, request: Request, id: str) -> Response:
        return Response(self.remove(id))

    def list_links(self, request: Request, id: str) -> HttpResponse:
        return list_linked(self, request, id)

    def connect_links(self, request: Request, id: str) -> Response:
        return change_linked(self, request, id, "connect", status.HTTP_201_CREATED)

    def set_links(self, request: Request, id: str) -> Response:
        return change_linked(self, request, id, "set", status.HTTP_200_OK)

    def disconnect_links(self, request: Request, id: str) -> Response:
        return change_linked(self, request, id, "disconnect", status.HTTP_200_OK)
