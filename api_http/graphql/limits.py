"""How much one document may ask for, measured in time linear in its length, before anything
costlier looks at it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

from api_http.graphql.errors import refuse

MAX_CHARACTERS = 50_000
MAX_TOKENS = 2_000
MAX_DEFINITIONS = 50
MAX_DEPTH = 16  # the usual introspection query has 15
MAX_LEVELS = 60  # counting the fragments, which add nothing to the depth of fields
MAX_TOP_FIELDS = 20
MAX_FIELDS = 1_000
MAX_ALIASES = 50
MAX_DIRECTIVES = 50
MAX_VALUES = 100_000  # the introspection of GraphiQL counts for half of them

# How many items a list is expected to have: of an app's own, and what introspection lists. Rows are
# counted when they are read (entity_api/graphql/limits.py).
_LISTED = 10
_SIZES = {"types": 40, "fields": 8, "args": 2, "inputFields": 8, "enumValues": 3} | dict.fromkeys(
    ("interfaces", "possibleTypes"), 1
)


@dataclass(frozen=True)
class Measure:
    """The size of a selection with its fragments written out.

    `values` estimates those of the answer, with one row for each list of an entity.
    """

    depth: int = 0
    siblings: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    values: int = 0

    def __add__(self, other: Measure) -> Measure:
        return Measure(
            max(self.depth, other.depth),
            self.siblings + other.siblings,
            self.fields + other.fields,
            self.aliases + other.aliases,
            self.directives + other.directives,
            self.values + other.values,
        )


def limit_document(schema: GraphQLSchema, document: DocumentNode) -> None:
    """Raise RefusedError for a document that is too deep, too broad or asks for too much."""
    if len(document.definitions) > MAX_DEFINITIONS:
        raise refuse(f"A document may have at most {MAX_DEFINITIONS} operations and fragments.")
    meter = _Meter(schema, document)
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            root = schema.get_root_type(definition.operation)
            measure = meter.measure(definition.selection_set, root, 0)
            _limit("fields at its top", measure.siblings, MAX_TOP_FIELDS)
        elif isinstance(definition, FragmentDefinitionNode):
            measure = meter.measure_fragment(definition.name.value, 0)
        else:
            continue
        _limit("levels of fields", measure.depth, MAX_DEPTH)
        _limit("fields", measure.fields, MAX_FIELDS)
        _limit("aliases", measure.aliases, MAX_ALIASES)
        _limit("directives", measure.directives + len(definition.directives or ()), MAX_DIRECTIVES)
        _limit("values in its answer, by an estimate", measure.values, MAX_VALUES)


def _limit(what: str, amount: int, most: int) -> None:
    if amount > most:
        raise refuse(
            f"An operation, with its fragments written out, may have at most {most} {what}."
        )


class _Meter:
    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema = schema
        definitions = (
            node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        )
        self._fragments = {node.name.value: node for node in definitions}
        # Each is measured once, however often it is spread: fragments that double must not double
        # the work.
        self._measured: dict[str, Measure | None] = {}

    def measure(self, selections: SelectionSetNode, parent: Any, level: int) -> Measure:
        _limit("levels of fields and fragments", level, MAX_LEVELS)
        return reduce(
            add,
            (self._measure_one(node, parent, level + 1) for node in selections.selections),
            Measure(),
        )

    def _measure_one(self, node: Any, parent: Any, level: int) -> Measure:
        directives = Measure(directives=len(node.directives or ()))
        if isinstance(node, FieldNode):
            return directives + self._measure_field(node, parent, level)
        if isinstance(node, InlineFragmentNode):
            condition = node.type_condition
            parent = self._schema.get_type(condition.name.value) if condition else parent
            return directives + self.measure(node.selection_set, parent, level)
        return directives + self.measure_fragment(node.name.value, level)

    def measure_fragment(self, name: str, level: int) -> Measure:
        fragment = self._fragments.get(name)
        if fragment is None:  # the validation reports it
            return Measure()
        if name not in self._measured:
            self._measured[name] = None
            parent = self._schema.get_type(fragment.type_condition.name.value)
            self._measured[name] = self.measure(fragment.selection_set, parent, level)
        measured = self._measured[name]
        if measured is None:
            raise refuse(f"The fragment {name} spreads itself.", fragment)
        return measured

    def _measure_field(self, node: FieldNode, parent: Any, level: int) -> Measure:
        known = (
            self._schema.get_field(parent, node.name.value)
            if isinstance(parent, GraphQLObjectType)
            else None
        )
        type_ = get_named_type(known.type) if known else None
        below = self.measure(node.selection_set, type_, level) if node.selection_set else Measure()
        return Measure(
            depth=below.depth + 1,
            siblings=1,
            fields=below.fields + 1,
            aliases=below.aliases + bool(node.alias),
            directives=below.directives,
            values=(1 + below.values)
            * (_expect_items(node, known) if known and below.fields else 1),
        )


def _expect_items(node: FieldNode, field: GraphQLField) -> int:
    """Return the expected number of items of the field."""
    if not is_list_type(get_nullable_type(field.type)) or "take" in field.args:
        return 1
    return _SIZES.get(node.name.value, _LISTED)
