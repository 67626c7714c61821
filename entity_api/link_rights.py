"""Which rights on the linked rows a change of a link to many takes.

A pair of a many-to-many link is in the table of neither row: it takes `update` of the parent, and
`view` of the linked row. Any other link to many is a column of the linked row, so it takes `update`
of that row too. So does a many-to-many link that decides who owns the linked row, or rows that
follow from it. Otherwise callers could link a row to one of their own, and own both.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist

from entity_api.access import find_access
from entity_api.description.model_links import find_origin
from entity_api.description.registry import VIEWSETS

if TYPE_CHECKING:
    from django.db.models import Model

    from entity_api.description.entity import Relation
    from entity_api.hooks import EntityHooks

VIEW, UPDATE = "retrieve", "partial_update"
# A link's field, and whether a path follows it from the model that has the field.
Step = tuple[Any, bool]


def list_link_actions(target: EntityHooks, link: Relation) -> tuple[str, ...]:
    """Return the actions on the linked rows that a change of the link takes.

    `target` acts for the caller on the linked entity.
    """
    if not link.origin.many_to_many or decides_owner(link):
        return VIEW, UPDATE
    # A permission class of the author's own may decide by the link as well.
    limits = (find_access(target, action).rows for action in (UPDATE, "destroy"))
    is_asked = any(rows and link.reverse_lookup in rows.referenced_base_fields for rows in limits)
    return (VIEW, UPDATE) if is_asked else (VIEW,)


def decides_owner(link: Relation) -> bool:
    """Return whether an `owner_path` leads from the linked rows back over this link."""
    is_symmetrical = getattr(link.origin.remote_field, "symmetrical", False)
    ways = {(link.origin, True), (link.origin, False)}
    steps = ways if is_symmetrical else {(link.origin, link.is_back)}
    return any(not steps.isdisjoint(_list_steps_to_owner(model)) for model in VIEWSETS)


def _list_steps_to_owner(model: type[Model]) -> frozenset[Step]:
    path = getattr(model, "owner_path", None)
    return _list_steps(model, path) if isinstance(path, str) else frozenset()


@cache
def _list_steps(model: Any, path: str) -> frozenset[Step]:
    """Return the links of a path; none of a path that cannot be meant, which a check reports."""
    found: set[Step] = set()
    for name in path.split("."):
        try:
            step: Any = model._meta.get_field(name)
        except (FieldDoesNotExist, AttributeError):
            return frozenset()
        origin = find_origin(step)
        found.add((origin, origin is step))
        model = step.related_model
    return frozenset(found)
