"""DRF's hooks as an entity has them, and the rows that a caller reaches by them.

The hooks give rows, and the permission classes limit them. Every surface asks here (entity_api/description/hooks.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet
from django.http import Http404
from rest_framework.viewsets import GenericViewSet

from entity_api.access import deny_row, narrow_rows
from entity_api.description.hooks import ROWS
from entity_api.description.serializer import EntitySerializer
from entity_api.description.values import parse_id

OWN_ROWS = ROWS | {"rows"}


class ReachingViewSet(GenericViewSet[Any]):
    """Finds rows for the request's caller. `self.action` is the action that the hooks are asked for."""

    serializer_class: type[EntitySerializer]
    # The permission classes limit the rows themselves, so the project's default backends are not asked.
    filter_backends = ()
    lookup_url_kwarg = "id"
    lookup_value_regex = "[^/]+"
    # The hooks that this class has in a way of its own (entity_api/description/hooks.py).
    overridden: ClassVar[frozenset[str]] = frozenset()
    _collects = False

    @classmethod
    def overrides(cls, *names: str) -> bool:
        """Whether the class has any of these hooks in a way of its own."""
        return not cls.overridden.isdisjoint(names)

    @property
    def model(self) -> type[Model]:
        return self.serializer_class.Meta.model

    @property
    def _every_row(self) -> QuerySet[Any]:
        """All rows of the table, whatever the model's managers and `queryset` leave out."""
        return self.model._base_manager.all()

    @contextmanager
    def acting(
        self, action: str, key: str | None = None, *, collects: bool = False
    ) -> Iterator[None]:
        """Let the hooks see this action, and this id in `self.kwargs`, as if the request were for these alone."""
        before = self.action, self.kwargs, self._collects
        self.action, self._collects = action, collects
        if key is not None:
            self.kwargs = {**self.kwargs, "id": key}
        try:
            yield
        finally:
            self.action, self.kwargs, self._collects = before

    def get_queryset(self) -> QuerySet[Any]:
        """Give the rows of the entity; to an action of one's own, those that the caller reaches with it."""
        rows: QuerySet[Any] = super().get_queryset()
        return rows if self._collects else self._narrow(rows, (self.action,))

    def rows(self, *actions: str) -> QuerySet[Any]:
        """Give the rows that the caller reaches with each of the actions."""
        if not self.overrides(*ROWS):
            return self._narrow(super().get_queryset(), actions)
        first, *others = map(self._collect, actions)
        for each in others:
            first = first.filter(pk__in=each.values("pk"))
        return first

    def _collect(self, action: str) -> QuerySet[Any]:
        with self.acting(action, collects=True):
            rows = self.filter_queryset(self.get_queryset())
        return self._narrow(rows, (action,))

    def _narrow(self, rows: QuerySet[Any], actions: tuple[str, ...]) -> QuerySet[Any]:
        for action in actions:
            rows = narrow_rows(self, action, rows)
        return rows

    def is_limited(self, *actions: str) -> bool:
        """Whether the permission classes limit any of the actions to some of the rows."""
        rows: Any = self.queryset  # type: ignore[arg-type]
        return self._narrow(rows, actions) is not rows

    @classmethod
    def holds_every_row(cls) -> bool:
        """Whether the viewset itself leaves no row of the table out."""
        rows: Any = cls.queryset
        query = rows.query
        is_whole = not (query.has_filters() or query.is_sliced or query.combinator)
        return is_whole and not cls.overrides(*OWN_ROWS)

    def reaches_all(self, *actions: str) -> bool:
        """Whether each of the actions reaches every row of the table."""
        return self.holds_every_row() and not self.is_limited(*actions)

    def keeps(self, action: str, keys: Collection[Any]) -> bool:
        """Whether the caller still reaches the rows with these keys, which they have written.

        Conditions of `queryset` itself do not count: they are the same for all callers. So a row may be hidden by a
        write, as a soft deletion does.
        """
        if self.overrides(*OWN_ROWS):
            rows = self.rows(action)
        elif self.is_limited(action):
            rows = self._narrow(self._every_row, (action,))
        else:
            return True
        return rows.filter(pk__in=keys).values("pk").distinct().count() == len(keys)

    def get_object(self) -> Any:
        """Give the row whose id the route names; NotFound where the caller reaches none."""
        key = str(self.kwargs["id"])
        return self._confirm(self._find_row(key, self.action, lock=False), self.action)

    def find(self, key: str, action: str = "retrieve", *, lock: bool = False) -> Any:
        """Give the row with this id; NotFound where the caller reaches none with the action."""
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
        if not (parsed := parse_id(key)):
            return None
        rows = self.rows(action)
        if lock and _is_lockable(rows):
            rows = _lock(rows, action, of=("self",))
        elif lock and not _lock(self._every_row, action).filter(pk=parsed).values_list("pk"):
            return None
        return rows.filter(pk=parsed).first()

    def _ask_row(self, key: str, action: str, *, lock: bool) -> Any:
        """Ask the viewset's own get_object(). The permission classes limit what it gives."""
        try:
            with self.acting(action, key):
                row = self.get_object()
            if lock:
                row.refresh_from_db(from_queryset=_lock(self._every_row, action))
        except (Http404, ObjectDoesNotExist):
            return None
        every = self._every_row.filter(pk=row.pk)
        reached = self._narrow(every, (action,))
        return row if reached is every or reached.exists() else None


def _lock(rows: QuerySet[Any], action: str, of: tuple[str, ...] = ()) -> QuerySet[Any]:
    """Lock the rows as they are read, against all other writers.

    Other rows can be linked to a row meanwhile, unless it is deleted: PostgreSQL locks a row weakly when another one
    links to it. If a change excluded that as well, it and a change of a linked row would wait for each other.
    """
    return rows.select_for_update(of=of, no_key=action != "destroy")


def _is_lockable(rows: QuerySet[Any]) -> bool:
    """Whether PostgreSQL locks the rows as they are selected: it locks none that are grouped, distinct or numbered."""
    query = rows.query
    return not (
        query.annotations or query.distinct or query.combinator or query.is_sliced or query.group_by
    )
