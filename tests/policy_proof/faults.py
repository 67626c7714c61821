"""Faults to plant: on one surface, or in what several share, a single check is skipped.

The proof has to see each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db.models import F

from api_http.openapi import Schema
from auth_core.backend import PolicyBackend
from auth_core.permissions import PolicyPermission
from auth_core.policy import policy as policy_module
from auth_core.policy.rule import Reach, Rule
from entity_api.admin.access import Access
from entity_api.admin.base import LimitedAdmin
from entity_api.description.registry import describe_entity, find_entity
from entity_api.graphql import reading as graphql_reading
from entity_api.hooks import EntityHooks
from entity_api.links import LinkScope
from entity_api.query.scope import open_scope
from entity_api.reading import reading
from entity_api.reading.presenting import show_rows
from entity_api.reading.selections import PARENT
from entity_api.rest import viewset
from entity_api.rest.viewset import EntityViewSet
from entity_api.writing import many, operations


@dataclass(frozen=True)
class Fault:
    """A check to take away, and the surface on which that shows."""

    surface: str
    plant: Callable[[pytest.MonkeyPatch], None]


def replace(target: Any, name: str, value: Any) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: patch.setattr(target, name, value)


def find_any_row(
    self: EntityHooks, key: str, action: str = "retrieve", *, lock: bool = False
) -> Any:
    del action, lock
    rows: Any = type(self).queryset
    return rows.get(pk=key)


def find_any_relation(view: EntityHooks, name: str, action: str) -> Any:
    del action
    return describe_entity(type(view)).relations[name]


def choose_every_field(view: EntityHooks, selection: Any, wanted: Any) -> Any:
    del selection
    return view.field_names if wanted is None else wanted


def read_every_field(target: EntityHooks, ids: Any, wanted: Any) -> Any:
    found = list(target.rows("retrieve").filter(pk__in=ids))
    rows = show_rows(target, found, target.field_names & wanted)
    for row, instance in zip(rows, found, strict=True):
        row["id"] = instance.pk
    return rows, target.field_names


def read_every_child(
    target: EntityHooks, page: Any, parents: Any, wanted: Any, *, limit: int
) -> Any:
    del limit
    lookup, children = page.relation.reverse_lookup, type(target).queryset
    found: Any = children.filter(**{f"{lookup}__in": parents}).annotate(parent_key=F(lookup))  # type: ignore[union-attr]
    fields = target.list_fields() & wanted
    rows = show_rows(target, list(found), fields)
    for row, instance in zip(rows, found, strict=True):
        row |= {"id": instance.pk, PARENT: instance.parent_key}
    return rows, fields


def find_every_name(self: EntityHooks, *, is_open: bool = False) -> Any:
    del is_open
    return open_scope(describe_entity(type(self)), find_entity)


def open_unasked(cls: type[EntityHooks], request: Any, action: str) -> EntityHooks:
    return cls(request=request, action=action, format_kwarg=None, args=(), kwargs={})


def skip_checks(self: EntityViewSet, request: Any, *args: Any, **kwargs: Any) -> None:
    self.format_kwarg = None
    request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(
        request
    )


def reach_every_row(self: Rule, roles: Any) -> Any:
    reach = REACH(self, roles)
    return Reach.ALL_ROWS if reach is Reach.OWN_ROWS else reach


REACH = Rule.reach_of
VISIBLE = PolicyPermission.visible_rows


def see_rows_of_deletions(self: Any, request: Any, view: Any, action: str) -> Any:
    return None if action == "destroy" else VISIBLE(self, request, view, action)


def say_yes(self: Any, request: Any, obj: Any = None) -> bool:
    return True


# Under it the caller with the role user is refused something by every check.
POLICY = """
roles = ["admin", "user"]

[User]
view = ["admin", "own"]
search = ["admin", "own"]
create = ["admin"]
update = ["admin", "own"]
delete = ["admin", "own"]
fields.update.roles = ["admin"]

[Address]
view = "public"
search = "public"
fields.view.city = ["admin"]

[Customer]
view = ["admin", "own"]
search = ["admin", "own"]
create = "all"
update = "all"
delete = ["admin", "own"]
fields.view.email = ["admin"]
fields.view.orders = ["admin"]
fields.search.phone = ["admin"]
fields.update.firstName = ["admin"]
fields.create.lastName = ["admin"]

[Order]
view = "all"
search = ["admin", "own"]
create = ["own"]
update = ["admin", "own"]
delete = ["own"]

[Product]
search = "all"
"""


def withhold_nothing(_: Access, rows: list[Any], *__: Any) -> None:
    for row in rows:
        row.withheld = set()


FAULTS = {
    "REST runs without asking whether": Fault(
        "rest", replace(EntityViewSet, "initial", skip_checks)
    ),
    "REST lists every field": Fault("rest", replace(reading, "_choose_fields", choose_every_field)),
    "REST lists links that are withheld": Fault(
        "rest", replace(viewset, "find_relation", find_any_relation)
    ),
    "REST finds foreign rows": Fault("rest", replace(EntityViewSet, "find", find_any_row)),
    "GraphQL shows every field": Fault(
        "graphql", replace(reading, "_choose_fields", choose_every_field)
    ),
    "GraphQL opens what is closed": Fault(
        "graphql", replace(EntityViewSet, "open", classmethod(open_unasked))
    ),
    "GraphQL shows every field of linked rows": Fault(
        "graphql", replace(graphql_reading, "read_by_ids", read_every_field)
    ),
    "GraphQL lists every linked row": Fault(
        "graphql", replace(graphql_reading, "read_children", read_every_child)
    ),
    "links to unseen rows are shown": Fault(
        "rest", replace(reading, "_select_link", lambda _, relation: relation.key)
    ),
    "withheld fields are written": Fault(
        "rest", replace(operations, "refuse_hidden_fields", lambda *_: None)
    ),
    "withheld fields of many rows are written": Fault(
        "bulk", replace(many, "_refuse_hidden", lambda *_: None)
    ),
    "results may leave the reach": Fault("rest", replace(LinkScope, "confirm", lambda *_: None)),
    "lists filter by every field": Fault(
        "graphql", replace(reading, "find_scope", find_every_name)
    ),
    "foreign rows are deleted": Fault(
        "graphql", replace(PolicyPermission, "visible_rows", see_rows_of_deletions)
    ),
    "own means all": Fault("rest", replace(Rule, "reach_of", reach_every_row)),
    "lists need no view": Fault("rest", replace(policy_module, "NEEDS", {})),
    "the admin lists foreign rows": Fault(
        "admin", replace(Access, "rows", lambda self, rows, *_: rows)
    ),
    "the admin shows withheld values": Fault(
        "admin", replace(Access, "withhold", withhold_nothing)
    ),
    "the admin offers every field": Fault(
        "admin",
        replace(
            LimitedAdmin,
            "get_readonly_fields",
            lambda self, request, obj=None: self.readonly_fields,
        ),
    ),
    "the admin filters by every field": Fault("admin", replace(Access, "opens", lambda *_: True)),
    "the admin deletes foreign rows": Fault(
        "admin", replace(LimitedAdmin, "has_delete_permission", say_yes)
    ),
    "Django's permissions are all granted": Fault(
        "admin", replace(PolicyBackend, "has_perm", lambda self, user, perm, obj=None: True)
    ),
    "the document calls nothing public": Fault(
        "openapi", replace(Schema, "is_public", lambda self: False)
    ),
    "the document calls everything public": Fault(
        "openapi", replace(Schema, "is_public", lambda self: True)
    ),
}
