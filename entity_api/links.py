"""Links between entities, as far as a caller may see and change them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Model, QuerySet
from rest_framework.exceptions import (
    AuthenticationFailed,
    NotAuthenticated,
    NotFound,
    PermissionDenied,
)

from entity_api.access import checks_rows, deny_field, deny_result, is_public
from entity_api.description.registry import VIEWSETS, describe_entity, find_entity

if TYPE_CHECKING:
    from collections.abc import Set

    from rest_framework.request import Request

    from entity_api.description.entity import Relation
    from entity_api.rest.viewset import EntityViewSet


def open_linked(request: Request, model: type[Model], action: str) -> EntityViewSet | None:
    """Open the viewset of a linked entity for the request's caller; None where the action is closed to them."""
    if model not in VIEWSETS:
        return None
    try:
        return VIEWSETS[model].open(request, action)
    except (NotAuthenticated, AuthenticationFailed, PermissionDenied):
        return None


@dataclass(frozen=True)
class LinkScope:
    """The rows that a caller may link to.

    `target` is their viewset, opened for the caller; None where there is none. `is_limited` says that the rows may be
    fewer than all.
    """

    rows: QuerySet[Any]
    target: EntityViewSet | None = None
    is_limited: bool = False

    def find(self, key: Any) -> Model | None:
        """Give the row with this id; None where the caller may not link to it."""
        if self.target is None:
            return None
        try:
            found: Model = self.target.find(str(key), self.target.action)
        except (NotFound, NotAuthenticated, PermissionDenied):
            return None
        return found

    def check(self, rows: Iterable[Model]) -> None:
        """Show each row that will change to the hooks that look at single rows: PermissionDenied, NotFound."""
        target = self.target
        if target is None:
            return
        if target.overrides("get_object"):
            for row in rows:
                target.find(str(row.pk), "partial_update")
        elif checks_rows(target):
            for row in rows:
                target.check_object_permissions(target.request, row)

    def confirm(self, keys: Iterable[Any]) -> None:
        """Refuse a change that took one of these rows out of the caller's reach: PermissionDenied."""
        touched = set(keys)
        if (
            self.target
            and self.is_limited
            and touched
            and not self.target.keeps("partial_update", touched)
        ):
            raise deny_result(self.target, "partial_update")


def find_link_scope(viewset: EntityViewSet, link: Relation) -> LinkScope:
    """Find the rows that the caller may link to: those they see, and with a to-many link also change.

    A link to many is written on the other side: without that side's view and update, of the row and of the field, the
    change is refused with NotAuthenticated or PermissionDenied.
    """
    if link.many and link.target in VIEWSETS:
        VIEWSETS[link.target].open(viewset.request, "retrieve")
        return _find_writable(VIEWSETS[link.target].open(viewset.request, "partial_update"), link)
    target = open_linked(viewset.request, link.target, "retrieve")
    return LinkScope(
        target.rows("retrieve") if target else link.target._default_manager.none(), target
    )


def _find_writable(target: EntityViewSet, link: Relation) -> LinkScope:
    if link.reverse_name in find_entity(link.target).names - target.permit("partial_update"):
        raise deny_field(target, "partial_update", link.reverse_name)
    actions = ("retrieve", "partial_update")
    return LinkScope(target.rows(*actions), target, is_limited=not target.reaches_all(*actions))


def is_link_public(viewset: EntityViewSet) -> bool:
    """Whether the route of a to-many link needs no credentials, on neither side."""
    link = describe_entity(type(viewset)).relations[viewset.link]
    target = VIEWSETS[link.target]()
    if viewset.action == "list_links":
        return is_public(viewset, "retrieve", link.name) and is_public(target, "list")
    sides = is_public(viewset, "partial_update", link.name) and is_public(
        target, "partial_update", link.reverse_name
    )
    return sides and is_public(target, "retrieve")


def seen_ids(viewset: EntityViewSet, link: Relation, ids: Iterable[Any]) -> set[Any] | None:
    """Tell which rows of a to-one link the caller may see; None means all, and costs no query."""
    target = open_linked(viewset.request, link.target, "retrieve")
    if target is None:
        return set()
    if target.reaches_all("retrieve"):
        return None
    return set(target.rows("retrieve").filter(pk__in=set(ids)).values_list("pk", flat=True))


def blank_unseen(
    viewset: EntityViewSet, shown: list[dict[str, Any]], names: Set[str]
) -> list[dict[str, Any]]:
    """Make null of every to-one link that leads to a row the caller may not see: at most one query a link."""
    for link in describe_entity(type(viewset)).relations.values():
        if link.many or link.name not in names:
            continue
        linked = [item for item in shown if item[link.name]]
        seen = (
            seen_ids(viewset, link, (key_of(item[link.name]) for item in linked))
            if linked
            else None
        )
        for item in linked if seen is not None else ():
            if key_of(item[link.name]) not in (seen or ()):
                item[link.name] = None
    return shown


def key_of(shown: dict[str, Any]) -> UUID:
    """Give the id of a row in wire form, or of a link to one."""
    key = shown["id"]
    return key if isinstance(key, UUID) else UUID(key)
