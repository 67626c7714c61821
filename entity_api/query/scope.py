"""The part of an entity that a query may use."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

    from entity_api.description.entity import ColumnField, EntityDescription, Relation, SortKey


@dataclass(frozen=True)
class Scope:
    """An entity with the names that a query may use, and the rows that it may find.

    `rows` is `None` for all rows. `find` returns the scope of a related model, `None` where the
    query may not use that model.
    """

    entity: EntityDescription
    names: Set[str]
    rows: QuerySet[Any] | None
    find: Callable[[type[Model]], Scope | None]

    def find_field(self, name: str) -> ColumnField | None:
        """Return the field of this name if a column holds it and the query may use it."""
        return self.entity.columns.get(name) if name in self.names else None

    def find_relation(self, name: str) -> Relation | None:
        return self.entity.relations.get(name) if name in self.names else None

    def find_sort_key(self, name: str) -> SortKey | None:
        key = self.entity.sort_keys.get(name)
        return key if key and key.field in self.names else None


def open_scope(
    entity: EntityDescription, find: Callable[[type[Model]], EntityDescription]
) -> Scope:
    """Return a scope of all fields and rows, of the related entities too."""
    return Scope(entity, entity.names, None, lambda model: open_scope(find(model), find))
