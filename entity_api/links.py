"""Links between entities, as far as a caller may see and change them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import Model, QuerySet
from rest_framework.exceptions import NotAuthenticated, NotFound, PermissionDenied

from entity_api.access import deny_field, deny_result, find_access, is_public, keep
from entity_api.description.keys import parse_key
from entity_api.description.registry import VIEWSETS, describe_entity, name_back
from entity_api.hooks import EntityHooks
from entity_api.link_choices import is_limit_fixed, limit_choices, may_have
from entity_api.link_rights import decides_owner, list_link_actions
from entity_api.linked_hooks import find_own_hook
from entity_api.opening import open_entity
from statements.parameters import Parameter
from statements.statement import InstanceColumns, Statement

if TYPE_CHECKING:
    from entity_api.description.entity import Relation


@dataclass(frozen=True)
class LinkScope:
    """The rows that a caller may link to, or whose link they may take away.

    `target` is their viewset, opened for the caller; `None` for a model without one. `is_limited`
    says that the rows may be fewer than all. `link` is `None` where the model does not limit it.
    """

    rows: QuerySet[Any]
    target: EntityHooks | None = None
    is_limited: bool = False
    link: Relation | None = None

    @property
    def choices(self) -> QuerySet[Any]:
        """Return the rows to which a new link may lead."""
        return limit_choices(self.rows, self.link) if self.link else self.rows

    def find(self, key: Any) -> Model | None:
        """Return the row with this id; `None` where the caller may not link to it."""
        if self.target is None:
            return None
        try:
            found: Model = self.target.find(str(key), self.target.action)
        except (NotFound, NotAuthenticated, PermissionDenied):
            return None
        rows: QuerySet[Any] = self.target.model._base_manager.filter(pk=found.pk)
        if self.link and (limited := limit_choices(rows, self.link)) is not rows:
            return found if limited.exists() else None
        return found

    def may_have(self, parent: Model) -> bool:
        """Return whether the model lets rows get a link to the parent."""
        return self.link is None or may_have(self.link, parent)

    def check(self, rows: Iterable[Model]) -> None:
        """Show each row that will change to the hooks that look at single rows: PermissionDenied,
        NotFound.
        """
        target = self.target
        if target is None:
            return
        if target.overrides("get_object"):
            for row in rows:
                target.find(str(row.pk), target.action)
        elif target.checks_rows:
            for row in rows:
                target.check_object_permissions(target.request, row)

    def shows(self, rows: Iterable[Model]) -> bool:
        """Return whether the hooks that look at single rows show all of these rows."""
        try:
            self.check(rows)
        except (NotFound, NotAuthenticated, PermissionDenied):
            return False
        return True

    def confirm(self, keys: Iterable[Any]) -> None:
        """Raise PermissionDenied if the change hid any of these rows from the caller."""
        target, touched = self.target, set(keys)
        if target and self.is_limited and touched and not target.keeps(target.action, touched):
            raise deny_result(target, target.action)


def find_link_scope(view: EntityHooks, link: Relation) -> LinkScope:
    """Find the rows that the caller may link to: those they see.

    A change of a link that other rows store may take `update` of these too
    (entity_api/link_rights.py). Without it, of the row and of the field, the change is refused with
    NotAuthenticated or PermissionDenied.
    """
    if link.is_stored_elsewhere and link.target in VIEWSETS:
        target = VIEWSETS[link.target].open(view.request, "retrieve")
        actions = list_link_actions(target, link)
        if len(actions) > 1:
            target = _open_writable(view, link)
        limited = not target.reaches_all(*actions)
        return LinkScope(target.rows(*actions), target, is_limited=limited, link=link)
    seen = open_entity(view.request, link.target, "retrieve")
    rows = seen.rows("retrieve") if seen else link.target._default_manager.none()
    return LinkScope(rows, seen, link=link)


def find_seen(view: EntityHooks, rows: QuerySet[Any]) -> LinkScope:
    """Find those of the rows that the caller may view, for an own action that takes some."""
    seen = open_entity(view.request, rows.model, "retrieve")
    if seen is None:
        return LinkScope(rows.none())
    if not seen.reaches_all("retrieve"):
        rows = rows.filter(pk__in=seen.rows("retrieve").values("pk"))
    return LinkScope(rows, seen)


def _open_writable(view: EntityHooks, link: Relation) -> EntityHooks:
    target: EntityHooks = VIEWSETS[link.target].open(view.request, "partial_update")
    back = name_back(link)
    if back and back not in target.permit("partial_update"):
        raise deny_field(target, "partial_update", back)
    return target


def is_link_public(view: EntityHooks, name: str) -> bool:
    """Return whether the route of a to-many link needs no credentials, on neither side."""
    link = describe_entity(type(view)).relations[name]
    target = VIEWSETS[link.target]()
    if view.action == "list_links":
        return is_public(view, "retrieve", link.name) and is_public(target, "list")
    if not is_public(view, "partial_update", link.name) or not is_public(target, "retrieve"):
        return False
    is_pair = link.origin.many_to_many and not decides_owner(link)
    return is_pair or is_public(target, "partial_update", name_back(link) or None)


def find_to_link(view: EntityHooks, link: Relation, key: Any) -> Model | None:
    """Return the row with this id that the caller may link to by a relation to one row."""
    statement = keep(view, ("link", link.name), partial(_make_statement, view, link))
    if statement is None:
        return find_link_scope(view, link).find(key)
    values = find_access(view, view.action).values
    found = statement.fetch(key=key, **values)
    return InstanceColumns(link.target).build(found[0]) if found else None


def find_many_to_link(
    view: EntityHooks, link: Relation, inputs: Iterable[Any]
) -> dict[Any, Model] | None:
    """Return the rows that the inputs of a relation to one row name, by their ids: one query.

    `None` where a hook has to be asked for each row.
    """
    if keep(view, ("link", link.name), partial(_make_statement, view, link)) is None:
        return None
    keys = {parse_key(link.target, data["id"]) for data in inputs if _names_row(data)}
    return find_link_scope(view, link).choices.in_bulk(keys - {None}) if keys else {}


def _names_row(data: Any) -> bool:
    return isinstance(data, Mapping) and isinstance(data.get("id"), str)


def links_to_every_row(view: EntityHooks, name: str) -> bool:
    """Return whether the caller may link to each row of the table that a foreign key leads to.

    The database then refuses a row that is not there. A model that migrations do not manage may
    have a table without the foreign key.
    """
    link = describe_entity(type(view)).relations[name]
    origin: Any = link.origin
    is_held = not link.is_stored_elsewhere and not link.is_followed
    if not (is_held and origin.db_constraint and view.model._meta.managed):
        return False
    if origin.remote_field.limit_choices_to or _make_statement(view, link) is None:
        return False
    target = open_entity(view.request, link.target, "retrieve")
    return target is not None and target.reaches_all("retrieve")


def _make_statement(view: EntityHooks, link: Relation) -> Statement | None:
    """Return the statement that finds a row to link to; `None` where a hook has to be asked."""
    target = open_entity(view.request, link.target, "retrieve")
    if target is None or find_own_hook(type(target)) or target.checks_rows:
        return None
    if target.overrides("get_object"):
        return None
    if not is_limit_fixed(link):
        return None
    rows = limit_choices(target.rows("retrieve", is_open=True), link)
    found = rows.filter(pk=Parameter("key", rows.model._meta.pk)).order_by()
    return Statement(found.values_list(*InstanceColumns(link.target).names))
