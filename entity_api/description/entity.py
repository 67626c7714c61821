"""What the query language knows of an entity: its fields and links under their wire names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from django.db.models import F, Model, QuerySet, Subquery

Kind = Literal["id", "text", "integer", "bigint", "float", "decimal", "boolean", "datetime", "date"]


@dataclass(frozen=True)
class Scalar:
    """A plain field: `column` is the model's field name, `kind` decides the operators and the form of values."""

    name: str
    column: str
    kind: Kind
    nullable: bool


@dataclass(frozen=True)
class SortKey:
    """Something to sort by that is no plain field, such as `addressId` for the link `address`."""

    name: str
    field: str
    expression: F | Subquery[Any]
    nullable: bool


@dataclass(frozen=True)
class Link:
    """A link to another entity. `inverse` leads back from there in Django's lookups, `back` on the wire."""

    name: str
    column: str
    model: type[Model]
    many: bool
    inverse: str
    back: str


@dataclass(frozen=True)
class Entity:
    """One entity, as far as a caller may ask for it.

    `names` are all its fields on the wire. `find` gives the entity of a linked model, None for one that the caller may
    not ask for. `rows` are those that they reach, None for all of them.
    """

    name: str
    model: type[Model]
    names: frozenset[str]
    scalars: Mapping[str, Scalar]
    links: Mapping[str, Link]
    sort_keys: Mapping[str, SortKey]
    find: Callable[[type[Model]], Entity | None]
    rows: QuerySet[Any] | None = None

    def link_to(self, name: str) -> Entity | None:
        return self.find(self.links[name].model)


Arguments = Mapping[str, Any]
"""`where`, `orderBy`, `after`, `skip`, `take` as nested mappings, lists and plain values, whatever they came by."""
