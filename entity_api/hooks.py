"""DRF's hooks as every surface asks them, and the rows and fields that they leave to a caller.

The hooks of a viewset give rows, and the permission classes limit these. docs/viewsets.md lists the
hooks; `manage.py check` refuses the others (entity_api/description/hooks.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Self

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet
from django.http import Http404
from rest_framework.viewsets import GenericViewSet

from api_http.limits.counting import count_for_view
from api_http.rules import ApiRules
from entity_api.access import deny_row, find_access
from entity_api.description.hooks import NotedHooks
from entity_api.description.keys import parse_key
from entity_api.description.registry import describe_entity
from entity_api.description.serializer import EntitySerializer
from entity_api.description.serializer_choice import confirm_serializer
from entity_api.row_locks import is_lockable, lock_rows
from statements.parameters import fill

if TYPE_CHECKING:
    from rest_framework.request import Request

# The actions that read rows.
READS = ("list", "retrieve")


class EntityHooks(NotedHooks, ApiRules, GenericViewSet[Any]):
    """A viewset that acts for the caller of its request. Hooks see the action in `self.action`."""

    serializer_class: type[EntitySerializer]
    # The permission classes limit the rows, so the project's default backends are not asked.
    filter_backends = ()
    lookup_url_kwarg = "id"
    lookup_value_regex = "[^/]+"
    # How often a caller may use the viewset, such as "60/min".
    throttle: str = ""
    requires_recent_auth: Collection[str] | bool = ()  # such as ("delete", "ship")
    keeps_history: bool = False  # of writes of the API, for the admin (writing/history.py)
    _collects = False

    @classmethod
    def open(cls, request: Request, action: str) -> Self:
        """Return a viewset for the caller. Raises NotAuthenticated or PermissionDenied."""
        view = cls.act_for(request, action)
        view.check_permissions(request)
        return view

    @classmethod
    def begin(cls, request: Request, action: str) -> Self:
        """Return a viewset for an operation that GraphQL names, which counts for its limit.

        Raises NotAuthenticated, PermissionDenied, or Throttled.
        """
        view = cls.open(request, action)
        if view.throttle or action not in READS:
            count_for_view(request, view)
        return view

    @classmethod
    def act_for(cls, request: Request, action: str) -> Self:
        """Return a viewset that acts for the request's caller. The action may be closed to them."""
        return cls(request=request, action=action, format_kwarg=None, args=(), kwargs={})

    @property
    def model(self) -> type[Model]:
        return self.serializer_class.Meta.model

    @property
    def field_names(self) -> frozenset[str]:
        """Return the wire names of all fields of the entity."""
        return describe_entity(type(self)).names

    @property
    def _every_row(self) -> QuerySet[Any]:
        """Return all rows of the table, also those that managers and `queryset` leave out."""
        return self.model._base_manager.all()

    @contextmanager
    def acting(
        self, action: str, key: str | None = None, *, collects: bool = False
    ) -> Iterator[None]:
        """Let the hooks see this action, and this id in `self.kwargs`."""
        before = self.action, self.kwargs, self._collects
        self.action, self._collects = action, collects
        if key is not None:
            self.kwargs = {**self.kwargs, "id": key}
        try:
            yield
        finally:
            self.action, self.kwargs, self._collects = before

    def prepare_write(self, data: Any) -> AbstractContextManager[None]:
        """Return a context for a write with this input, entered before its transaction begins.

        Override it for what takes long and needs no transaction. `data` is not validated yet.
        """
        return nullcontext()

    # Fields

    def permit(self, action: str) -> frozenset[str]:
        """Return the names of the fields that the caller may read or write by the action."""
        names = find_access(self, action).fields
        if action in READS and self.overrides("get_serializer_class"):
            names = names.intersection(self.find_serializer(action)().fields)
        return names

    def list_fields(self) -> frozenset[str]:
        """Return the fields that the caller may see in a list: to search, and to view."""
        return self.permit("list") & self.permit("retrieve")

    def find_serializer(self, action: str) -> type[EntitySerializer]:
        """Return the class that reads rows for the action."""
        if not self.overrides("get_serializer_class"):
            return self.serializer_class
        with self.acting(action):
            return confirm_serializer(self, self.get_serializer_class())

    # Rows

    def get_queryset(self) -> QuerySet[Any]:
        """Return the rows of the entity; in an own action those that the caller may use by it."""
        rows = super().get_queryset()
        return rows if self._collects else self.narrow(rows, self.action)

    def rows(self, *actions: str, is_open: bool = False) -> QuerySet[Any]:
        """Return the rows that the caller may use by each of the actions."""
        if "rows" not in self.changes:
            return self.narrow(super().get_queryset(), *actions, is_open=is_open)
        first, *others = map(self._collect, actions)
        for each in others:
            first = first.filter(pk__in=each.values("pk"))
        return first

    def _collect(self, action: str) -> QuerySet[Any]:
        with self.acting(action, collects=True):
            rows = self.filter_queryset(self.get_queryset())
        return self.narrow(rows, action)

    def narrow(self, rows: QuerySet[Any], *actions: str, is_open: bool = False) -> QuerySet[Any]:
        """Return the rows that the permission classes leave to the caller.

        With `is_open` the caller's key stays a parameter, whose value a statement is given.
        """
        for action in actions:
            access = find_access(self, action)
            if access.rows is not None:
                rows = rows.filter(access.rows if is_open else fill(access.rows, access.values))
        return rows

    def is_limited(self, *actions: str) -> bool:
        """Return whether the permission classes limit any of the actions to some of the rows."""
        return any(find_access(self, action).rows is not None for action in actions)

    @classmethod
    def holds_every_row(cls) -> bool:
        """Return whether the viewset itself leaves out no row of the table."""
        rows: Any = cls.queryset
        query = rows.query
        is_whole = not (query.has_filters() or query.is_sliced or query.combinator)
        return is_whole and "rows" not in cls.changes

    def reaches_all(self, *actions: str) -> bool:
        """Return whether each of the actions reaches every row of the table."""
        return self.holds_every_row() and not self.is_limited(*actions)

    def find_kept(self, action: str, keys: Collection[Any]) -> set[Any]:
        """Return which of the rows with these keys the caller may still use after a write.

        Conditions of `queryset` do not count, so that a write may hide a row from all callers.
        """
        if "rows" in self.changes:
            rows = self.rows(action)
        elif self.is_limited(action):
            rows = self.narrow(self._every_row, action)
        else:
            return set(keys)
        return set(rows.filter(pk__in=keys).values_list("pk", flat=True))

    def keeps(self, action: str, keys: Collection[Any]) -> bool:
        """Return whether the caller may still use all rows with these keys."""
        return self.find_kept(action, keys).issuperset(keys)

    # One row

    @property
    def checks_rows(self) -> bool:
        """Return whether single rows have to be shown to a permission class."""
        checked = self.overrides("check_object_permissions")
        return checked or find_access(self, self.action).checks_rows

    def get_object(self) -> Any:
        """Return the row whose id the route names; NotFound where the caller may not use it."""
        key = str(self.kwargs["id"])
        return self._confirm(self._find_row(key, self.action, lock=False), self.action)

    def find(self, key: str, action: str = "retrieve", *, lock: bool = False) -> Any:
        """Return the row with this id; NotFound where the caller may not use it by the action."""
        find = self._ask_row if self.overrides("get_object") else self._find_row
        return self._confirm(find(key, action, lock=lock), action)

    def perform_create(self, serializer: Any) -> None:
        """Save a new row whose input is valid."""
        serializer.save()

    def perform_update(self, serializer: Any) -> None:
        """Save the changes of a row, which are valid."""
        serializer.save()

    def perform_destroy(self, instance: Any) -> None:
        """Delete a row."""
        instance.delete()

    def _confirm(self, row: Any, action: str) -> Any:
        if row is None:
            raise deny_row(self, action)
        self.check_object_permissions(self.request, row)
        return row

    def _find_row(self, key: str, action: str, *, lock: bool) -> Any:
        if (parsed := parse_key(self.model, key)) is None:
            return None
        rows = self.rows(action)
        if lock and is_lockable(rows):
            rows = lock_rows(rows, action, of=("self",))
        elif lock and not lock_rows(self._every_row, action).filter(pk=parsed).values_list("pk"):
            return None
        return rows.filter(pk=parsed).first()

    def _ask_row(self, key: str, action: str, *, lock: bool) -> Any:
        """Ask the viewset's own get_object(). The permission classes limit the answer."""
        try:
            with self.acting(action, key):
                row = self.get_object()
            if lock:
                row.refresh_from_db(from_queryset=lock_rows(self._every_row, action))
        except (Http404, ObjectDoesNotExist):
            return None
        if not self.is_limited(action):
            return row
        return row if self.narrow(self._every_row.filter(pk=row.pk), action).exists() else None
