"""The description of an entity: its fields and relations under their names on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from entity_api.description.naming import camel_case
from entity_api.description.places import find_place

if TYPE_CHECKING:
    from django.db.models import F, Model, Subquery
    from rest_framework.serializers import ModelSerializer

    from entity_api.description.field_kind import FieldKind


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of an entity that is no relation.

    `column` is the name of the model's field, `None` where no column of the model holds the value.
    `kind` is `None` where the serializer's field has no kind; it is JSON in GraphQL. With `many`
    the value is a list of values of this kind. A `fixed` field is written at creation only.
    """

    name: str
    kind: FieldKind | None
    nullable: bool
    readable: bool
    writable: bool
    required: bool
    fixed: bool = False
    many: bool = False
    column: str | None = None
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class ColumnField(Field):
    """A field whose value is in a column of the model."""

    kind: FieldKind
    column: str


# Each is made once, and compared by identity: readings are kept by their relation.
@dataclass(frozen=True, eq=False)
class Relation:
    """A relation to another entity.

    `field` is the attribute of a row that follows it, `target` the other model, and `origin` the
    field of Django that stores it; with `is_back` that is a field of the other model.

    In Django's lookups `lookup` leads to the linked rows, and `key` to their ids. `reverse_lookup`
    leads back from there. With `may_repeat` a join over the relation may give a linked row several
    times.
    """

    name: str
    field: str
    target: type[Model]
    many: bool
    writable: bool
    required: bool
    fixed: bool
    origin: Any
    is_back: bool
    lookup: str
    key: str
    reverse_lookup: str
    may_repeat: bool

    @property
    def reverse_key(self) -> str:
        """Return the lookup that leads from the linked rows back to the id of the first row."""
        return f"{self.reverse_lookup}__pk"

    @property
    def is_stored_elsewhere(self) -> bool:
        """Return whether a change of the relation is not a change of a column of the row."""
        return self.many or self.is_back

    @property
    def is_followed(self) -> bool:
        """Return whether the id of the linked row is in no column of the row."""
        return self.key.endswith("__pk")


@dataclass(frozen=True)
class SortKey:
    """A name in `orderBy` that no column has, such as `addressId` for the relation `address`."""

    name: str
    field: str
    expression: F | Subquery[Any]
    nullable: bool


@dataclass(frozen=True, eq=False)
class EntityDescription:
    """An entity as its model, serializer and viewset make it. It is the same for all callers.

    `order` holds the names of all fields and relations as the serializer orders them. `to_many`
    are the names that are written as changes of other rows: relations to many, and such fields.
    """

    name: str
    model: type[Model]
    viewset: type[Any]  # an EntityViewSet
    order: tuple[str, ...]
    fields: Mapping[str, Field]
    relations: Mapping[str, Relation]
    sort_keys: Mapping[str, SortKey]
    to_many: frozenset[str]

    @cached_property
    def names(self) -> frozenset[str]:
        """Return the names of all fields and relations."""
        return frozenset(self.order)

    @cached_property
    def stored_elsewhere(self) -> frozenset[str]:
        """Return the names that a change of the row's own columns does not write."""
        links = self.relations.values()
        return self.to_many.union(link.name for link in links if link.is_stored_elsewhere)

    @cached_property
    def columns(self) -> Mapping[str, ColumnField]:
        """Return the fields that `where` and `orderBy` may name: a column holds them."""
        fields = self.fields.items()
        return {
            name: field
            for name, field in fields
            if isinstance(field, ColumnField) and field.readable
        }

    @cached_property
    def annotated(self) -> Mapping[str, str]:
        """Return the columns that queries compute and no table has, by the fields' names."""
        stored = {column.name for column in self.model._meta.concrete_fields}
        return {
            name: field.column for name, field in self.columns.items() if field.column not in stored
        }

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """Return the names of the fields of text by their columns."""
        return {
            field.column: name for name, field in self.columns.items() if field.kind.name == "text"
        }

    @cached_property
    def searched(self) -> tuple[str, ...]:
        """Return the fields into which `search` looks: those in the viewset's `search_fields`."""
        names = getattr(self.viewset, "search_fields", ())
        return tuple(self.texts[column] for column in names if column in self.texts)

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Return the names of the files that the rows have. Each has a route of its own."""
        return tuple(name for name, field in self.columns.items() if field.kind.name == "file")

    @property
    def serializer(self) -> type[ModelSerializer[Any]]:
        """Return the serializer that has all fields, an EntitySerializer."""
        chosen: type[ModelSerializer[Any]] = self.viewset.serializer_class
        return chosen

    @property
    def plural(self) -> str:
        """Return the plural in addresses, such as `customers`; empty before a router serves it."""
        return str(self.viewset.plural)

    @property
    def plural_name(self) -> str:
        """Return the plural in the names of GraphQL's types, such as `Customers`."""
        return self.plural_field[0].upper() + self.plural_field[1:]

    @property
    def plural_field(self) -> str:
        """Return the name of GraphQL's query for rows, such as `orderItems` of `order-items`."""
        return camel_case(self.plural.replace("-", "_"))

    @property
    def singular(self) -> str:
        """Return the name of GraphQL's query for a row, such as `customer`."""
        return self.name[0].lower() + self.name[1:]

    @cached_property
    def overrides(self) -> Mapping[str, str]:
        """Return the hooks of DRF that the viewset overrides, each with its place.

        `queryset`, `serializer_class` and `search_fields` are not among them: they declare, and
        change no behaviour.

        An example: `{"get_queryset": "CustomerViewSet.get_queryset, entities/viewsets.py:14"}`.
        """
        viewset = self.viewset
        names = sorted(viewset.overridden - {"queryset", "serializer_class", "search_fields"})
        places = {name: find_place(viewset, name) for name in names}
        return {
            name: f"{viewset.__name__}.{name}, {place.replace(', line ', ':')}"
            for name, place in places.items()
        }


Arguments = Mapping[str, Any]
"""`where`, `search`, `orderBy`, `after`, `skip` and `take` of a list, as mappings, lists and plain
values.
"""
