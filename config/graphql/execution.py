"""From the text of a request to its result: parsed, limited, validated, executed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from graphql import (
    ASTValidationRule,
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    OverlappingFieldsCanBeMergedRule,
    ValuesOfCorrectTypeRule,
    execute_sync,
    parse,
    specified_rules,
    validate,
)
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request

from config.graphql.errors import RefusedError, refuse
from config.graphql.executor import AnsweringExecutor
from config.graphql.inputs import LiteralsOfCorrectTypeRule, check_variables
from config.graphql.limits import MAX_CHARACTERS, MAX_TOKENS, limit_document
from config.graphql.merging import FieldsUnderOneKeyRule
from config.graphql.parameters import Parameters
from config.graphql.schema import load_schema

if TYPE_CHECKING:
    from entities.graph.selection import Kept

_REPLACED: dict[type[ASTValidationRule], type[ASTValidationRule]] = {
    OverlappingFieldsCanBeMergedRule: FieldsUnderOneKeyRule,
    ValuesOfCorrectTypeRule: LiteralsOfCorrectTypeRule,
}
RULES = tuple(_REPLACED.get(rule, rule) for rule in specified_rules)
# Each costs time, and nobody reads more of them.
MAX_ERRORS = 20
# Clients send the same few queries over and over; a longer one is not worth the memory.
_LONGEST_KEPT = 4_000
# Of a document, the values of its variables with which it was measured, and the characters of them.
_MOST_SIZES = 100
_LONGEST_SIZES = 200


@dataclass(frozen=True)
class Prepared:
    """A valid document, the variables by which it may still ask for too much, and what was found out about it later:
    values of these with which it does not, and its selections."""

    document: DocumentNode
    sized_by: frozenset[str]
    fitting: set[str] = field(default_factory=set)
    selections: Kept | None = None


def execute_request(request: Request, parameters: Parameters, *, read_only: bool) -> ExecutionResult:
    """Run the operation for the request's caller.

    Raises RefusedError for what cannot be run, MethodNotAllowed for a mutation where only reading is allowed.
    """
    schema = load_schema()
    variables = parameters.variables or {}
    prepared = _load(parameters.query)
    operation = _choose_operation(prepared.document, parameters.operation_name)
    if read_only and operation.operation is not OperationType.QUERY:
        raise MethodNotAllowed(str(request.method), "A mutation is sent with POST.")
    _limit_sizes(prepared, variables)
    vars(request)["kept_selections"] = prepared.selections
    return execute_sync(
        schema,
        prepared.document,
        context_value=request,
        variable_values=check_variables(schema, operation, variables),
        operation_name=parameters.operation_name,
        executor_class=AnsweringExecutor,
        hide_suggestions=True,
    )


def _limit_sizes(prepared: Prepared, variables: Mapping[str, Any]) -> None:
    """Measure the document with the values of variables, unless it was found to fit with the same before."""
    given = prepared.sized_by & variables.keys()
    sizes = repr([(name, variables[name]) for name in sorted(given)])
    if not given or sizes in prepared.fitting:
        return
    limit_document(load_schema(), prepared.document, variables)
    if len(sizes) <= _LONGEST_SIZES and len(prepared.fitting) < _MOST_SIZES:
        prepared.fitting.add(sizes)


def _load(text: str) -> Prepared:
    introspection = bool(settings.GRAPHQL_INTROSPECTION)
    # The text of a mutation may hold a password, which has no business in memory for longer than needed.
    if len(text) > _LONGEST_KEPT or "mutation" in text:
        return _prepare(text, introspection)
    return _prepare_once(text, introspection)


def _prepare(text: str, introspection: bool) -> Prepared:  # noqa: FBT001
    """Parse and validate. Raises RefusedError with all that is wrong."""
    try:
        document = parse(text, max_tokens=MAX_TOKENS, max_comments=MAX_TOKENS, max_source_length=MAX_CHARACTERS)
    except GraphQLError as error:
        raise RefusedError(error) from None
    # Without the values of variables, but before any rule, some of which take more than linear time.
    sized_by = limit_document(load_schema(), document, {})
    rules = RULES if introspection else (*RULES, NoSchemaIntrospectionCustomRule)
    if errors := validate(load_schema(), document, rules, MAX_ERRORS, hide_suggestions=not introspection):
        raise RefusedError(*errors)
    return Prepared(document, sized_by)


@lru_cache(maxsize=256)
def _prepare_once(text: str, introspection: bool) -> Prepared:  # noqa: FBT001
    return replace(_prepare(text, introspection), selections={})


def _choose_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    chosen = [node for node in operations if name is None or (node.name and node.name.value == name)]
    if not chosen:
        raise refuse("The document has no operation of the name that operationName gives.")
    if len(chosen) > 1:
        raise refuse("The document has several operations; say by operationName which of them to run.")
    return chosen[0]
