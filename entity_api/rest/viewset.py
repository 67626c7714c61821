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
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model, QuerySet
from django.http import HttpResponse
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from entity_api.access import HANDLERS, deny_field, deny_result, permit_fields
from entity_api.description.entity import Arguments
from entity_api.description.hooks import list_overridden
from entity_api.description.registry import describe_entity
from entity_api.description.serializer import EntitySerializer
from entity_api.description.serializer_choice import confirm_serializer
from entity_api.links import blank_unseen, find_link_scope, open_linked
from entity_api.openapi.schema import EntitySchema
from entity_api.query.filters import compile_where
from entity_api.query.paging import Page, compile_query, fetch_page
from entity_api.query.scope import Scope
from entity_api.reach import ReachingViewSet
from entity_api.reading.encoder import find_encoder
from entity_api.reading.plans import find_to_link, shows_links_whole
from entity_api.rest.conditions import Condition, read_condition
from entity_api.rest.link_routes import change_linked, list_linked
from entity_api.rest.pages import answer_new, answer_row
from entity_api.rest.row_routes import list_rows, read_row
from entity_api.writing.ownership import find_new_owner
from entity_api.writing.problems import writing
from entity_api.writing.single_writes import change_alone, writes_alone

# The actions that read rows.
READS = ("list", "retrieve")


@cache
def _join_methods(methods: tuple[str, ...]) -> str:
    return ", ".join(method.upper() for method in (*methods, "options"))


class EntityViewSet(ReachingViewSet):
    """Serve an entity: set `queryset` and `serializer_class`, and register it with the router.

    Set `requires_authentication` for what must not be open to everyone: without authentication it is not served.
    The hooks of DRF that hold on every surface are listed in docs/viewsets.md; a check refuses the others.
    """

    requires_authentication: ClassVar[bool] = False
    # The entity's plural in addresses. The router sets it.
    plural: ClassVar[str] = ""
    # Which to-many link a route is for; the router sets it.
    link: str = ""
    schema = EntitySchema()
    asks_permissions = HANDLERS

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.overridden = list_overridden(cls, EntityViewSet)
        # The router and permission classes read the model off `queryset`, which DRF lets a viewset leave out.
        if cls.queryset is None and cls.overrides("get_queryset"):
            model: Any = cls.serializer_class.Meta.model
            cls.queryset = model._default_manager.all()

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

    @cached_property
    def entity(self) -> Scope:
        """Return the part of the entity that the caller may name in `where` and `orderBy`."""
        names = self.permit("list") & self.permit("retrieve")
        rows = None if self.reaches_all("list") else self.rows("list")
        return Scope(describe_entity(type(self)), names, rows, self._find)

    def prepare_write(self, data: Any) -> AbstractContextManager[None]:
        """Return a context for a write with this input, entered before its transaction begins.

        Override it to do there what takes long and needs no transaction. `data` is not validated yet.
        """
        return nullcontext()

    def _find(self, model: type[Model]) -> Scope | None:
        target = open_linked(self.request, model, "list")
        return None if target is None else target.entity

    def permit(self, action: str) -> Set[str]:
        """Give the wire names of the fields that the caller may read (`list`, `retrieve`) or write with the action."""
        names = permit_fields(self, action, describe_entity(type(self)).names)
        if action in READS and self.overrides("get_serializer_class"):
            names &= self.find_serializer(action)().fields.keys()
        return names

    def find_serializer(self, action: str) -> type[EntitySerializer]:
        """Give the class that reads rows for the action."""
        if not self.overrides("get_serializer_class"):
            return self.serializer_class
        with self.acting(action):
            return confirm_serializer(self, self.get_serializer_class())

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        links = describe_entity(type(self)).relations
        kwargs["context"] = {
            **(kwargs.get("context") or self.get_serializer_context()),
            "link_scope": lambda name: find_link_scope(self, links[name]),
            "find_to_link": lambda name, key: find_to_link(self, links[name], key),
        }
        return super().get_serializer(*args, **kwargs)

    def search(self, arguments: Arguments, rows: QuerySet[Any] | None = None) -> Page:
        """Give a page of the rows (all that may be seen, unless told) in two steps: compile, then fetch."""
        query = compile_query(self.entity, arguments, settings.API_MAX_TAKE)
        return fetch_page(self.rows("list") if rows is None else rows, query)

    def count(self, arguments: Arguments, rows: QuerySet[Any] | None = None) -> int:
        """Count the rows that meet `where`, whatever `skip` and `take` are."""
        where = compile_where(self.entity, arguments.get("where") or {})
        return (self.rows("list") if rows is None else rows).filter(where).count()

    def add(self, data: Any) -> Any:
        """Create a row from input in wire form; PermissionDenied, ValidationError, Conflict."""
        self._refuse_withheld(data, "create")
        with (
            self.prepare_write(data),
            writing(self.model, alone=writes_alone(self, data, "create")),
        ):
            return self._save(self.get_serializer(data=data), "create")

    def change(self, key: str, data: Any, condition: Condition | None = None) -> Any:
        """Change fields of a row; NotFound, PermissionDenied, PreconditionFailed, ValidationError, Conflict."""
        self._refuse_withheld(data, "partial_update")
        if condition is None and writes_alone(self, data, "partial_update"):
            with writing(self.model, alone=True):
                return change_alone(self, key, data)
        with self.prepare_write(data), writing(self.model):
            row = self.find(key, "partial_update", lock=True)
            if condition:
                condition.require(row)
            return self._save(self.get_serializer(row, data=data, partial=True), "partial_update")

    def remove(self, key: str, condition: Condition | None = None) -> Any:
        """Delete a row that meets the condition, and give it as it was, in wire form.

        Raises NotFound, PreconditionFailed, Conflict where something needs the row.
        """
        with writing(self.model):
            row = self.find(key, "destroy", lock=True)
            if condition:
                condition.require(row)
            shown = self.show(row)
            self.perform_destroy(row)
        return shown

    def _refuse_withheld(self, data: Any, action: str) -> None:
        permitted = self.permit(action)
        names = describe_entity(type(self)).names
        for name in data if isinstance(data, Mapping) else ():
            if name in names and name not in permitted:
                raise deny_field(self, action, name)

    def _save(self, serializer: Any, action: str) -> Any:
        confirm_serializer(self, type(serializer))
        serializer.is_valid(raise_exception=True)
        owner = find_new_owner(self, serializer)
        if owner:
            owner.put(serializer.validated_data)
        perform = self.perform_create if action == "create" else self.perform_update
        perform(serializer)
        row = serializer.instance
        if row is None:
            raise ImproperlyConfigured(
                f"{type(self).__name__}.perform_create() saves nothing: call serializer.save()."
            )
        if owner:
            owner.add(row)
        # A caller who reaches only some rows must not make one, or turn one into one, out of their own reach.
        if not self.keeps(action, [row.pk]):
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
        return self.permit("retrieve") if self.keeps("retrieve", [row.pk]) else {"id"}

    def names_listed(self) -> Set[str]:
        """Give the fields that the caller may see in a list: those to search, and of these the ones to view."""
        return self.permit("list") & self.permit("retrieve")

    def present(self, rows: list[Any], names: Set[str]) -> list[dict[str, Any]]:
        """Give the rows in wire form, each with the fields of these names that are read."""
        action = self.action if self.action in READS else "retrieve"
        encode = find_encoder(self.find_serializer(action), frozenset(names))
        if encode and not self.overrides("get_serializer"):
            shown = [encode(row) for row in rows]
            return shown if shows_links_whole(self, names) else blank_unseen(self, shown, names)
        with self.acting(action):
            serializer = self.get_serializer(rows, many=True)
        for name in set(serializer.child.fields) - names:
            del serializer.child.fields[name]
        return blank_unseen(self, serializer.data, names)

    def list(self, request: Request) -> HttpResponse:
        return list_rows(self, request)

    def retrieve(self, request: Request, id: str) -> HttpResponse:
        return read_row(self, request, id)

    def create(self, request: Request) -> HttpResponse:
        return answer_new(request, self.show(self.add(request.data)))

    def partial_update(self, request: Request, id: str) -> HttpResponse:
        return answer_row(request, self.show(self.change(id, request.data, read_condition(self))))

    def destroy(self, request: Request, id: str) -> Response:
        return Response(self.remove(id, read_condition(self)))

    def list_links(self, request: Request, id: str) -> HttpResponse:
        return list_linked(self, request, id)

    def connect_links(self, request: Request, id: str) -> Response:
        return change_linked(self, request, id, "connect", status.HTTP_201_CREATED)

    def set_links(self, request: Request, id: str) -> Response:
        return change_linked(self, request, id, "set", status.HTTP_200_OK)

    def disconnect_links(self, request: Request, id: str) -> Response:
        return change_linked(self, request, id, "disconnect", status.HTTP_200_OK)
