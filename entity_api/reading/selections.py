"""The rows that a reading reads. There are five selections: a page, a row, rows by ids, and links.

`select` takes the rows that the caller may see. Its values are OPEN for a statement, which is given
them each time it runs, or the values themselves for a queryset.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db.models import ExpressionWrapper, F, Q, Window
from django.db.models.functions import DenseRank, RowNumber

from entity_api.query.paging import ListQuery, compile_query, select_page
from statements.any_of import AnyOf
from statements.parameters import Parameter

if TYPE_CHECKING:
    from django.db.models import Field, Model, QuerySet

    from entity_api.description.entity import Arguments, Relation
    from entity_api.query.scope import Scope

    Rows = QuerySet[Any]

# No client repeats a longer query, nor the page after a row. Keeping these would fill the memory.
LONGEST_QUERY = 500
# The name of a parent's id in the row of its child. It is no name in GraphQL.
PARENT = "@"


class OpenValues:
    """Values that a statement is given each time it runs."""

    def get(self, name: str, field: Field[Any, Any]) -> Any:
        return Parameter(name, field)

    def is_among(self, path: str, field: Field[Any, Any], name: str) -> Any:
        return AnyOf(path, field, name)


OPEN = OpenValues()


@dataclass(frozen=True)
class GivenValues:
    """Values that are known."""

    values: Mapping[str, Any]

    def get(self, name: str, field: Field[Any, Any]) -> Any:
        return self.values[name]

    def is_among(self, path: str, field: Field[Any, Any], name: str) -> Any:
        return Q(**{f"{path}__in": self.values[name]})


Values = OpenValues | GivenValues


@dataclass(frozen=True)
class Selection(ABC):
    """A choice of rows. The caller must be allowed to see them by `action`.

    Equal selections of a viewset have the same reading.
    """

    action: ClassVar[str] = "retrieve"

    def is_repeated(self) -> bool:
        """Return whether clients repeat the selection, so that its reading is worth keeping."""
        return True

    @property
    def more(self) -> dict[str, str]:
        """Return what each row has besides its fields: the attribute by its name in the row."""
        return {}

    def compile(self, scope: Callable[[], Scope]) -> ListQuery | None:
        """Return the compiled query of a list. Raises ValidationError for a wrong argument."""
        return None

    def list_places(self, query: Any) -> tuple[str, ...]:
        """Return the columns of linked rows that are read to tell where the next page begins."""
        return ()

    @abstractmethod
    def select(self, rows: Rows, query: Any, values: Values) -> Rows:
        """Return the rows that are read, in their order."""


@dataclass(frozen=True)
class ById(Selection):
    """The row of the model with the id `key`, a text."""

    model: type[Model]

    def select(self, rows: Rows, query: Any, values: Values) -> Rows:
        return rows.filter(pk=values.get("key", rows.model._meta.pk)).order_by()


class ByIds(Selection):
    """The rows with these `ids`, in any order."""

    def select(self, rows: Rows, query: Any, values: Values) -> Rows:
        return rows.filter(values.is_among("pk", rows.model._meta.pk, "ids")).order_by()


@dataclass(frozen=True)
class Page(Selection):
    """A page of a list. `text` holds the arguments in the words of the client."""

    text: str
    read: Callable[[], Arguments] = field(compare=False, repr=False)
    action: ClassVar[str] = "list"

    def is_repeated(self) -> bool:
        return len(self.text) <= LONGEST_QUERY and "after=" not in self.text

    @cached_property
    def arguments(self) -> Arguments:
        return self.read()

    def compile(self, scope: Callable[[], Scope]) -> ListQuery:
        return compile_query(scope(), self.arguments, settings.API_MAX_TAKE)

    def list_places(self, query: ListQuery) -> tuple[str, ...]:
        return tuple(query.linked_keys)

    def choose(self, rows: Rows, values: Values) -> Rows:
        """Return the rows of which this is a page."""
        return rows

    def select(self, rows: Rows, query: ListQuery, values: Values) -> Rows:
        return select_page(self.choose(rows, values), query)


@dataclass(frozen=True)
class LinkedTo(Page):
    """A page of the rows that a relation links to the row whose id is `parent`."""

    relation: Relation = field(repr=False)

    def choose(self, rows: Rows, values: Values) -> Rows:
        key = find_parent_key(rows, self.relation)
        linked = {self.relation.reverse_key: values.get("parent", key)}
        if not self.relation.may_repeat:
            return rows.filter(**linked)
        return rows.filter(pk__in=rows.model._base_manager.filter(**linked).values("pk"))


@dataclass(frozen=True)
class ChildrenOf(LinkedTo):
    """A page for each row whose id is among `parents`: the rows that a relation links to it."""

    @property
    def more(self) -> dict[str, str]:
        return {PARENT: "parent_key"}

    def list_places(self, query: ListQuery) -> tuple[str, ...]:
        return ()  # GraphQL has no address of a next page

    def select(self, rows: Rows, query: ListQuery, values: Values) -> Rows:
        """Number the children of each parent in their order."""
        key = find_parent_key(rows, self.relation)
        # Wrapped, as Django would make one column of it and of the same link to the parent, where
        # both are selected.
        parent = ExpressionWrapper(F(self.relation.reverse_key), output_field=key)
        # Pairs that repeat a row have the same rank, as the id is the last key of the order.
        rank = DenseRank() if self.relation.may_repeat else RowNumber()
        position = Window(rank, partition_by=F("parent_key"), order_by=query.order_by)
        first, last = query.skip, query.skip + query.take
        numbered: Rows = (
            rows.annotate(parent_key=parent)
            .filter(query.where, values.is_among("parent_key", key, "parents"))
            .annotate(parent_position=position)
            .filter(parent_position__gt=first, parent_position__lte=last)
            .order_by("parent_position")
        )
        return numbered


def find_parent_key(rows: Rows, relation: Relation) -> Any:
    to_parent: Any = rows.model._meta.get_field(relation.reverse_lookup)
    return to_parent.related_model._meta.pk
