"""The selection below a field, with fragments, directives and arguments applied."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSkipDirective,
    SelectionNode,
    SelectionSetNode,
    get_argument_values,
    get_directive_values,
    get_named_type,
    print_ast,
)

if TYPE_CHECKING:
    from rest_framework.request import Request


@dataclass(frozen=True)
class Selected:
    """A selected field: its name, the key of its value in the answer, its arguments, and what is
    selected below it.
    """

    name: str
    key: str
    arguments: Mapping[str, Any]
    below: SelectionSet


@dataclass(frozen=True, eq=False)
class SelectionSet:
    """The selected fields of a type. `keys` are all keys of the answer, also of `__typename`."""

    type: Any  # of graphql-core; a leaf has an empty selection
    fields: tuple[Selected, ...]
    keys: tuple[str, ...]

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(field.name for field in self.fields)

    @cached_property
    def wanted(self) -> frozenset[str]:
        """The fields to read of a row.

        The id is among them, because linked rows find it by its id.
        """
        return self.names | {"id"}


# The selections of a document by the ids of the nodes above them; `None` if they depend on
# variables. The document is kept with them, so that no other node gets the same id.
Kept = dict[int, SelectionSet | None]


def read_selection(info: GraphQLResolveInfo[Request]) -> SelectionSet:
    """Give what is selected below the field that is being resolved, each response key once."""
    kept: Kept | None = getattr(info.context, "kept_selections", None)
    # Which nodes are merged into one field may depend on variables as well.
    if kept is None or len(info.field_nodes) > 1:
        return _read_below(info, info.field_nodes, info.return_type)
    node = id(info.field_nodes[0])
    if node not in kept:
        kept[node] = (
            None
            if _depends_on_variables(info)
            else _read_below(info, info.field_nodes, info.return_type)
        )
    return kept[node] or _read_below(info, info.field_nodes, info.return_type)


def _depends_on_variables(info: GraphQLResolveInfo[Request]) -> bool:
    # A text may hold the sign, too; then the selection is read each time for nothing.
    below = info.field_nodes[0].selection_set
    return any("$" in print_ast(node) for node in (below, *info.fragments.values()) if node)


def _read_below(
    info: GraphQLResolveInfo[Request], nodes: Sequence[FieldNode], type_: Any
) -> SelectionSet:
    parent = get_named_type(type_)
    if not isinstance(parent, GraphQLObjectType):
        return SelectionSet(parent, (), ())
    grouped: dict[str, list[FieldNode]] = defaultdict(list)
    seen: set[str] = set()
    for node in nodes:
        for field in _list_fields(info, node.selection_set, seen):
            grouped[field.alias.value if field.alias else field.name.value].append(field)
    known = {
        key: fields for key, fields in grouped.items() if fields[0].name.value in parent.fields
    }
    return SelectionSet(
        parent, tuple(_read_field(info, key, known[key], parent) for key in known), tuple(grouped)
    )


def _read_field(
    info: GraphQLResolveInfo[Request],
    key: str,
    nodes: Sequence[FieldNode],
    parent: GraphQLObjectType,
) -> Selected:
    field = parent.fields[nodes[0].name.value]
    arguments = get_argument_values(field, nodes[0], info.variable_values)
    return Selected(nodes[0].name.value, key, arguments, _read_below(info, nodes, field.type))


def _list_fields(
    info: GraphQLResolveInfo[Request], selections: SelectionSetNode | None, seen: set[str]
) -> Iterator[FieldNode]:
    # Types are never abstract here (api_http.graphql.schema sees to it), so every fragment's
    # condition holds.
    for selection in selections.selections if selections else ():
        if not _is_included(info, selection):
            continue
        if isinstance(selection, FieldNode):
            yield selection
        elif not isinstance(selection, FragmentSpreadNode):
            yield from _list_fields(info, selection.selection_set, seen)  # type: ignore[attr-defined]
        elif selection.name.value not in seen:
            seen.add(selection.name.value)
            yield from _list_fields(info, info.fragments[selection.name.value].selection_set, seen)


def _is_included(info: GraphQLResolveInfo[Request], node: SelectionNode) -> bool:
    if not node.directives:
        return True
    skip = get_directive_values(GraphQLSkipDirective, node, info.variable_values) or {"if": False}
    include = get_directive_values(GraphQLIncludeDirective, node, info.variable_values) or {
        "if": True
    }
    return bool(include["if"] and not skip["if"])
