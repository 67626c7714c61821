"""Faults to plant: on one surface, or in what several share, a single check is skipped. The proof has to see each."""

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
from entity_api.graphql import linked, reading
from entity_api.links import LinkScope
from entity_api.query.scope import open_scope
from entity_api.reading import plans
from entity_api.rest import link_routes, viewset
from entity_api.rest.viewset import EntityViewSet


@dataclass(frozen=True)
class Fault:
    """A check to take away, and the surface on which that shows."""

    surface: str
    plant: Callable[[pytest.MonkeyPatch], None]


def replace(target: Any, name: str, value: Any) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: patch.setattr(target, name, value)


def all_names(viewset: EntityViewSet) -> Any:
    return describe_entity(type(viewset)).names


def show_every_field_of_lists(self: EntityViewSet, rows: list[Any]) -> Any:
    return self.present(rows, all_names(self))


def find_any_row(
    self: EntityViewSet, key: str, action: str = "retrieve", *, lock: bool = False
) -> Any:
    del action, lock
    rows: Any = type(self).queryset
    return rows.get(pk=key)


def find_link(viewset: EntityViewSet, action: str) -> Any:
    del action
    return describe_entity(type(viewset)).relations[viewset.link]


def read_every_field(viewset: EntityViewSet, rows: list[Any], names: Any, selection: Any) -> Any:
    del names
    return READ_ROWS(viewset, rows, all_names(viewset), selection)


def read_without_plans(
    fault: Callable[[pytest.MonkeyPatch], None],
) -> Callable[[pytest.MonkeyPatch], None]:
    """Plant a fault in what reads only where there is no plan."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(plans, "find_standing", lambda _: None)
        fault(patch)

    return plant


def choose_every_field(patch: pytest.MonkeyPatch) -> None:
    for module in (plans, linked):
        patch.setattr(module, "choose", lambda permitted, wanted: wanted or permitted)


def unrestricted_entity(self: EntityViewSet) -> Any:
    return open_scope(describe_entity(type(self)), find_entity)


def fetch_every_child(
    target: EntityViewSet, parents: list[Any], link: Any, query: Any
) -> list[Any]:
    del query
    children: Any = type(target).queryset
    children = children.filter(**{f"{link.reverse_lookup}__in": parents})
    return list(children.annotate(parent_key=F(link.reverse_lookup)))


def open_unasked(cls: type[EntityViewSet], request: Any, action: str) -> EntityViewSet:
    return cls(request=request, action=action, format_kwarg=None, args=(), kwargs={})


def skip_checks(self: EntityViewSet, request: Any, *args: Any, **kwargs: Any) -> None:
    self.format_kwarg = None
    request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(
        request
    )


def reach_every_row(self: Rule, roles: Any) -> Any:
    reach = REACH(self, roles)
    return Reach.ALL_ROWS if reach is Reach.OWN_ROWS else reach


READ_ROWS = reading.read_rows
REACH = Rule.reach_of
NARROW = PolicyPermission.narrow_rows


def keep_rows_of_deletions(self: Any, request: Any, view: Any, action: str, rows: Any) -> Any:
    return rows if action == "destroy" else NARROW(self, request, view, action, rows)


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
    "REST lists every field": Fault(
        "rest", read_without_plans(replace(EntityViewSet, "show_all", show_every_field_of_lists))
    ),
    "REST lists links that are withheld": Fault(
        "rest", replace(link_routes, "_find_link", find_link)
    ),
    "REST finds foreign rows": Fault("rest", replace(EntityViewSet, "find", find_any_row)),
    "GraphQL shows every field": Fault("graphql", choose_every_field),
    "GraphQL opens what is closed": Fault(
        "graphql", replace(EntityViewSet, "open", classmethod(open_unasked))
    ),
    "GraphQL shows every field of linked rows": Fault(
        "graphql", read_without_plans(replace(reading, "read_rows", read_every_field))
    ),
    "GraphQL lists every linked row": Fault(
        "graphql", read_without_plans(replace(reading, "_fetch_children", fetch_every_child))
    ),
    "links to unseen rows are shown": Fault(
        "rest", read_without_plans(replace(viewset, "blank_unseen", lambda _, shown, __: shown))
    ),
    "withheld fields are written": Fault(
        "rest", replace(EntityViewSet, "_refuse_withheld", lambda *_: None)
    ),
    "results may leave the reach": Fault("rest", replace(LinkScope, "confirm", lambda *_: None)),
    "lists filter by every field": Fault(
        "graphql", replace(EntityViewSet, "entity", property(unrestricted_entity))
    ),
    "foreign rows are deleted": Fault(
        "graphql", replace(PolicyPermission, "narrow_rows", keep_rows_of_deletions)
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
