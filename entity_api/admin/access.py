"""The rights of staff in the admin. They are the rights of the same user in the API.

Superusers are not limited. Others are not limited either if no permission class and no viewset
limits rows or fields.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from django.db.models import Model, Prefetch, QuerySet, prefetch_related_objects
from django.db.models.query import ModelIterable
from django.http import HttpRequest
from rest_framework.request import Request

from entity_api.access import is_limiting
from entity_api.admin.rows import watch
from entity_api.description.entity import Relation
from entity_api.description.registry import VIEWSETS, describe_entity, name_back
from entity_api.link_rights import list_link_actions
from entity_api.links import LinkScope

LIST, READ, ADD, CHANGE, DELETE = "list", "retrieve", "create", "partial_update", "destroy"
# Rows may link to each other in circles, so links are followed only this far from the page's rows.
DEEPEST = 2


class Access:
    """The rights of the request's user on an entity, in the names of the model's columns."""

    def __init__(self, request: HttpRequest, model: type[Model]) -> None:
        self.request = request
        self.model = model
        self.viewset: Any = VIEWSETS[model](
            request=find_api_request(request), action=READ, format_kwarg=None, args=(), kwargs={}
        )
        self.entity = describe_entity(VIEWSETS[model])

    @cached_property
    def fields(self) -> Mapping[str, Any]:
        fields: Mapping[str, Any] = VIEWSETS[self.model].serializer_class().fields
        return fields

    def columns(self, action: str) -> set[str]:
        """Return the columns that the user may read or write by the action.

        A column that the API does not show is not among them.
        """
        return {
            str(self.fields[name].source)
            for name in self.viewset.permit(action)
            if self._is_open(name, writes=action in (ADD, CHANGE))
        }

    def _is_open(self, name: str, *, writes: bool) -> bool:
        field, link = self.fields[name], self.entity.relations.get(name)
        if not writes:
            return bool(link) or not field.write_only
        # A file is written by a route of its own, so the serializer takes it for read-only.
        is_written = not field.read_only or getattr(field, "is_uploaded", False)
        return is_written and not (link and link.many and self._is_closed(link))

    def _is_closed(self, link: Relation) -> bool:
        """Whether a link to many needs the other side, and the user may not write it there."""
        target = find_access(self.request, link.target)
        if target is None or CHANGE not in list_link_actions(target.viewset, link):
            return False
        return name_back(link) in target.entity.names - target.viewset.permit(CHANGE)

    def find_link(self, column: str) -> Relation | None:
        return next((link for link in self.entity.relations.values() if link.field == column), None)

    def find_scope(self, column: str) -> LinkScope:
        """Return the rows that the user may link to by a link to many, as in the API."""
        link = self.find_link(column)
        if link is None or column not in self.columns(CHANGE) | self.columns(ADD):
            model: Any = self.model._meta.get_field(column).related_model
            return LinkScope(model._default_manager.none())
        rows = link.target._default_manager.all()
        target = find_access(self.request, link.target)
        if target is None:
            return LinkScope(rows, link=link)
        actions = list_link_actions(target.viewset, link)
        is_limited = not target.viewset.reaches_all(*actions)
        acting = target.viewset.act_for(target.viewset.request, actions[-1])
        return LinkScope(target.rows(rows, *actions), acting, is_limited, link)

    def rows(self, rows: QuerySet[Any], *actions: str) -> QuerySet[Any]:
        """Return the rows that the user reaches with each of the actions."""
        if not self.viewset.holds_every_row():
            return rows.filter(pk__in=self.viewset.rows(*actions).values("pk"))
        narrowed: QuerySet[Any] = self.viewset.narrow(rows, *actions)
        return narrowed

    def reaches(self, row: Any, action: str) -> bool:
        every = self.viewset.reaches_all(action)
        return every or self.rows(self.model._default_manager.filter(pk=row.pk), action).exists()

    def is_whole(self, action: str) -> bool:
        """Whether the user sees every row of the entity and every column of the API."""
        shown = {name for name, field in self.fields.items() if not field.write_only}
        return bool(self.viewset.reaches_all(action) and shown <= self.viewset.permit(action))

    def may_add(self) -> bool:
        """Whether nothing that a new row needs is withheld."""
        needed = {
            name for name, field in self.fields.items() if field.required and not field.read_only
        }
        return bool(needed <= self.viewset.permit(ADD))

    def opens(self, path: str, action: str = LIST) -> bool:
        """Whether the user may see every value that a lookup such as `customer__email` compares."""
        name, _, rest = path.partition("__")
        if name in ("id", "pk", self.model._meta.pk.name):
            return True
        if name not in self.columns(action):
            return False
        link = self.find_link(name)
        if link is None:
            return True
        target = find_access(self.request, link.target)
        if link.many or target is None:
            return not link.many
        return target.is_whole(action) and (
            not _leads_on(link.target, rest) or target.opens(rest, action)
        )

    def show(self, rows: QuerySet[Any], action: str, depth: int = 0) -> QuerySet[Any]:
        """Return the rows that the user reaches, without the values that they may not see.

        `depth` is the number of links that lead here from the rows of the page.
        """
        shown = self.rows(rows, action)
        # How a queryset makes its rows.
        shown._iterable_class = _make_iterable(self, action, depth)  # noqa: SLF001
        return shown

    def withhold(self, rows: list[Any], action: str, depth: int = 0) -> None:
        """Hide the values that the user may not see. Saving such a row keeps them."""
        seen = self.columns(action) | self._kept_columns()
        withheld = {
            field.name for field in self.model._meta.concrete_fields if not field.primary_key
        } - seen
        for row in rows:
            row.withheld = set(withheld)
        self._replace_links(rows, seen, depth)
        self._narrow_many(rows, seen, depth)
        for row in rows:
            for name in row.withheld:
                setattr(row, name, _hide(row._meta.get_field(name), row))
            # A hidden value must not look like an emptied value.
            watch(row)

    def _kept_columns(self) -> set[str]:
        # Users who may set a password also see whether a password is set.
        writable = self.columns(CHANGE)
        return {str(field.source) for field in self.fields.values() if field.write_only} & writable

    def _replace_links(self, rows: list[Any], seen: set[str], depth: int) -> None:
        """Put rows without the values that may not be seen at the other end of links, or nothing: a
        query a link.
        """
        for link in self.entity.relations.values():
            is_shown = link.field in seen and not link.many and not link.is_back
            target = find_access(self.request, link.target) if is_shown else None
            if target is None or target.is_whole(READ):
                continue
            name = link.origin.attname
            keys = {key for row in rows if (key := getattr(row, name))}
            column = link.origin.target_field.attname
            found = target.find_all(keys, column, depth + 1) if depth < DEEPEST else {}
            for row in rows:
                key = getattr(row, name)
                if key in found:
                    setattr(row, link.field, found[key])
                elif key:
                    row.withheld.add(link.field)

    def find_all(self, keys: set[Any], column: str, depth: int) -> dict[Any, Any]:
        """Return the rows that the user sees, by their values of a unique column."""
        rows = self.show(self.model._default_manager.all(), READ, depth)
        return rows.in_bulk(list(keys), field_name=column) if keys else {}

    def _narrow_many(self, rows: list[Any], seen: set[str], depth: int) -> None:
        """Leave of the rows of a link to many those that may be seen: a query a link."""
        for field in self.model._meta.many_to_many:
            model: Any = field.related_model
            target = find_access(self.request, model)
            if target is None or target.is_whole(READ):
                continue
            linked = target.show(model._default_manager.all(), READ, depth + 1)
            is_shown = field.name in seen and not depth
            prefetch_related_objects(
                rows, Prefetch(field.name, linked if is_shown else linked.none())
            )


def find_api_request(request: HttpRequest) -> Request:
    """Return the request as a viewset's hooks know it, one for all viewsets."""
    found: Request | None = getattr(request, "api_request", None)
    if found is None:
        found = Request(request)
        found.user = request.user
        request.api_request = found  # type: ignore[attr-defined]
    return found


def find_access(request: HttpRequest, model: type[Model]) -> Access | None:
    """Give what limits the request's user; `None` where nothing does."""
    found: dict[type[Model], Access | None] = vars(request).setdefault("entity_access", {})
    if model not in found:
        limited = model in VIEWSETS and not getattr(request.user, "is_superuser", False)
        access = Access(request, model) if limited else None
        limits = access and (is_limiting(access.viewset) or not access.viewset.holds_every_row())
        found[model] = access if limits else None
    return found[model]


def _make_iterable(access: Access, action: str, depth: int) -> type[ModelIterable]:  # type: ignore[type-arg]
    class ShownRows(ModelIterable):  # type: ignore[type-arg]
        def __iter__(self) -> Iterator[Any]:
            rows = list(super().__iter__())
            access.withhold(rows, action, depth)
            return iter(rows)

    return ShownRows


def _leads_on(model: type[Model], path: str) -> bool:
    """Whether a path goes on to a field of the model, and not to a lookup such as `isnull`."""
    name = path.partition("__")[0]
    return name == "pk" or any(name == field.name for field in model._meta.get_fields())


def _hide(field: Any, row: Any) -> Any:
    """Return what stands for a hidden value: of a link that is the key a row with nothing else."""
    if field.primary_key:
        return field.related_model(**{field.target_field.attname: getattr(row, field.attname)})
    return _blank(field)


def _blank(field: Any) -> Any:
    return "" if field.empty_strings_allowed and not field.null else None
