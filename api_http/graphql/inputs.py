"""Values of variables and literals, checked by their types without ever repeating one.

graphql-core quotes the whole value that it refuses, in variables and in literals alike: with a
password in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import (
    SKIP,
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    NullValueNode,
    OperationDefinitionNode,
    ValueNode,
    ValuesOfCorrectTypeRule,
    VisitorAction,
    is_leaf_type,
    is_required_input_field,
    type_from_ast,
    validate_input_literal,
)

from api_http.faults import UNKNOWN_FIELD
from api_http.graphql.errors import BAD_USER_INPUT, RefusedError
from api_http.problems import MOST_ERRORS, extend_pointer

_MAX_NESTING = 100
_LEAVES = {
    "String": "a text",
    "Int": f"a whole number from {-(2**31)} to {2**31 - 1}",
    "Float": "a number",
    "Boolean": "true or false",
}
_Path = tuple[str | int, ...]


def check_variables(
    schema: GraphQLSchema, operation: OperationDefinitionNode, given: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the values of the operation's own variables; others are ignored.

    Raises RefusedError for wrong ones.
    """
    checker = _Checker()
    checked = {}
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        type_ = type_from_ast(schema, definition.type)
        if name in given:
            checked[name] = checker.check(given[name], type_, (name,))
        elif isinstance(type_, GraphQLNonNull) and definition.default_value is None:
            checker.blame((name,), "This field is required.", "required")
    if checker.faults:
        raise RefusedError(
            GraphQLError(
                "The input is not valid.",
                extensions={"code": BAD_USER_INPUT, "errors": checker.faults},
            )
        )
    return checked


class _Checker:
    """Collects what is wrong with values; `check` returns them as the executor takes them."""

    def __init__(self) -> None:
        self.faults: list[dict[str, str]] = []

    def check(self, value: Any, type_: Any, path: _Path) -> Any:
        if isinstance(type_, GraphQLNonNull):
            return (
                self.check(value, type_.of_type, path)
                if value is not None
                else self.blame(path, _NULL, "null")
            )
        if value is None:
            return None
        if len(path) > _MAX_NESTING:
            return self.blame(path[:1], "This is nested too deeply.", "too_deep")
        if isinstance(type_, GraphQLList):
            return self._check_list(value, type_.of_type, path)
        if isinstance(type_, GraphQLInputObjectType):
            return self._check_object(value, type_, path)
        return self._check_leaf(value, type_, path)

    def _check_list(self, value: Any, item: Any, path: _Path) -> Any:
        # Clients of the reference send {set: []} for an emptied list of plain values.
        if isinstance(value, dict) and value.keys() == {"set"} and is_leaf_type(_strip(item)):
            value = value["set"]
        if not isinstance(value, list):
            return [self.check(value, item, path)]
        return [
            self.check(element, item, (*path, position)) for position, element in enumerate(value)
        ]

    def _check_object(self, value: Any, type_: GraphQLInputObjectType, path: _Path) -> Any:
        if not isinstance(value, dict):
            return self.blame(path, describe_type(type_))
        for name in value.keys() - type_.fields.keys():
            self.blame((*path, name[:100]), UNKNOWN_FIELD, str(UNKNOWN_FIELD.code))
        for name, field in type_.fields.items():
            if name not in value and is_required_input_field(field):
                self.blame((*path, name), "This field is required.", "required")
        known = (
            (name, value[name], type_.fields[name].type) for name in value if name in type_.fields
        )
        return {
            name: self.check(inner, inner_type, (*path, name)) for name, inner, inner_type in known
        }

    def _check_leaf(self, value: Any, type_: Any, path: _Path) -> Any:
        try:
            type_.coerce_input_value(value)
        except Exception:  # noqa: BLE001 (scalars raise what they like, and quote the value in it)
            self.blame(path, describe_type(type_))
        return value

    def blame(self, path: _Path, detail: str, code: str = "invalid") -> None:
        pointer = "#/variables"
        for key in path:
            pointer = extend_pointer(pointer, key)
        if len(self.faults) < MOST_ERRORS:
            self.faults.append({"pointer": pointer, "detail": detail, "code": code})


class LiteralsOfCorrectTypeRule(ValuesOfCorrectTypeRule):
    """graphql-core's rule. Its messages name the allowed form and never repeat the value."""

    def is_valid_value_node(self, node: ValueNode, input_type: Any) -> VisitorAction:
        def report(error: GraphQLError, path: list[str | int]) -> None:
            is_null = any(isinstance(wrong, NullValueNode) for wrong in error.nodes or ())
            message = _NULL if is_null else describe_type(_find_type(input_type, path))
            self.report_error(GraphQLError(message, error.nodes))

        if input_type:
            validate_input_literal(node, input_type, report, hide_suggestions=True)
        return SKIP


_NULL = "This field may not be null."


def describe_type(type_: Any) -> str:
    type_ = _strip(type_)
    if isinstance(type_, GraphQLInputObjectType):
        needed = [name for name, field in type_.fields.items() if is_required_input_field(field)]
        must = f", with {' and '.join(needed)}" if needed else ""
        return (
            f"This must be an object of the type {type_.name}{must}, and without other fields "
            "than that has."
        )
    if isinstance(type_, GraphQLEnumType):
        return f"This must be one of {', '.join(type_.values)}."
    return f"This must be {_LEAVES.get(type_.name, f'a value of the type {type_.name}')}."


def _find_type(type_: Any, path: list[str | int]) -> Any:
    for key in path:
        if isinstance(key, str):
            type_ = _strip(type_).fields[key].type
    return type_


def _strip(type_: Any) -> Any:
    while isinstance(type_, GraphQLNonNull | GraphQLList):
        type_ = type_.of_type
    return type_
