"""What a request selects below a field, with fragments, directives and arguments worked in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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
)

if TYPE_CHECKING:
    from rest_framework.request import Request


@dataclass(frozen=True)
class Selected:
    """A selected field: its name, the key of its value in the answer, its arguments, and what is selected below it."""

    name: str
    key: str
    arguments: Mapping[str, Any]
    below: tuple[Selected, ...]


def read_selection(info: GraphQLResolveInfo[Request]) -> tuple[Selected, ...]:
    """Give what is selected below the field that is being resolved, each response key once and without `__typename`."""
    return _read_below(info, info.field_nodes, get_named_type(info.return_type))


def _read_below(info: GraphQLResolveInfo[Request], nodes: Sequence[FieldNode], parent: Any) -> tuple[Selected, ...]:
    if not isinstance(parent, GraphQLObjectType):
        return ()
    grouped: dict[str, list[FieldNode]] = defaultdict(list)
    seen: set[str] = set()
    for node in nodes:
        for field in _list_fields(info, node.selection_set, seen):
            grouped[field.alias.value if field.alias else field.name.value].append(field)
    return tuple(
        _read_field(info, key, fields, parent)
        for key, fields in grouped.items()
        if fields[0].name.value in parent.fields
    )


def _read_field(
    info: GraphQLResolveInfo[Request], key: str, nodes: Sequence[FieldNode], parent: GraphQLObjectType
) -> Selected:
    field = parent.fields[nodes[0].name.value]
    arguments = get_argument_values(field, nodes[0], info.variable_values)
    return Selected(nodes[0].name.value, key, arguments, _read_below(info, nodes, get_named_type(field.type)))


def _list_fields(
    info: GraphQLResolveInfo[Request], selections: SelectionSetNode | None, seen: set[str]
) -> Iterator[FieldNode]:
    # Types are never abstract here (config.graphql.schema sees to it), so every fragment's condition holds.
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
    include = get_directive_values(GraphQLIncludeDirective, node, info.variable_values) or {"if": True}
    return bool(include["if"] and not skip["if"])
