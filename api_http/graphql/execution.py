"""From the text of a request to its result: parsed, limited, validated, executed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

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

from api_http.graphql.caller import is_known
from api_http.graphql.errors import RefusedError, refuse
from api_http.graphql.executor import AnsweringExecutor
from api_http.graphql.inputs import LiteralsOfCorrectTypeRule, check_variables
from api_http.graphql.limits import MAX_CHARACTERS, MAX_TOKENS, limit_document
from api_http.graphql.merging import FieldsUnderOneKeyRule
from api_http.graphql.parameters import Parameters
from api_http.graphql.schema import load_schema
from statements.cache import BoundedCache

_REPLACED: dict[type[ASTValidationRule], type[ASTValidationRule]] = {
    OverlappingFieldsCanBeMergedRule: FieldsUnderOneKeyRule,
    ValuesOfCorrectTypeRule: LiteralsOfCorrectTypeRule,
}
RULES = tuple(_REPLACED.get(rule, rule) for rule in specified_rules)
# Each error costs time, and people read no more of them.
MAX_ERRORS = 20
# Clients send the same few queries over and over; a longer query is not worth the memory.
_LONGEST_KEPT = 4_000
# Bytes of a document and its selections for each token, and of the text that it is found by for
# each character.
_TOKEN_SIZE = 1_000
_CHARACTER_SIZE = 8


@dataclass(frozen=True)
class PreparedDocument:
    """A valid document.

    Resolvers keep in `selections` what they have read of it, by the ids of its nodes.
    """

    document: DocumentNode
    selections: dict[int, Any] = field(default_factory=dict)


# By text, and by whether introspection was allowed.
_known: BoundedCache[PreparedDocument] = BoundedCache(12 * 2**20)
# Of callers without credentials: they never drop what those with credentials send.
_public: BoundedCache[PreparedDocument] = BoundedCache(2 * 2**20)


def execute_request(
    request: Request, parameters: Parameters, *, read_only: bool
) -> ExecutionResult:
    """Run the operation for the request's caller.

    Raises RefusedError for an invalid request, MethodNotAllowed for a mutation in a GET.
    """
    schema = load_schema()
    variables = parameters.variables or {}
    prepared = _find(parameters.query) or _prepare(parameters.query)
    operation = _choose_operation(prepared.document, parameters.operation_name)
    if read_only and operation.operation is not OperationType.QUERY:
        raise MethodNotAllowed(str(request.method), "A mutation is sent with POST.")
    vars(request)["kept_selections"] = prepared.selections
    result = execute_sync(
        schema,
        prepared.document,
        context_value=request,
        variable_values=check_variables(schema, operation, variables),
        operation_name=parameters.operation_name,
        executor_class=AnsweringExecutor,
        hide_suggestions=True,
    )
    # Only now it is known who calls.
    cache = _known if is_known(request) else _public
    _keep(parameters.query, prepared, cache)
    return result


def _find(text: str) -> PreparedDocument | None:
    key = (text, bool(settings.GRAPHQL_INTROSPECTION))
    found: PreparedDocument | None = _known.get(key) or _public.get(key)
    return found


def _keep(text: str, prepared: PreparedDocument, cache: BoundedCache[PreparedDocument]) -> None:
    # The text of a mutation may hold a password, which has no business in memory for longer than
    # needed.
    if len(text) > _LONGEST_KEPT or "mutation" in text:
        return
    size = _TOKEN_SIZE * prepared.document.token_count + _CHARACTER_SIZE * len(text)
    cache.put((text, bool(settings.GRAPHQL_INTROSPECTION)), prepared, size)


def _prepare(text: str) -> PreparedDocument:
    """Parse and validate. Raises RefusedError with all that is wrong."""
    try:
        document = parse(
            text, max_tokens=MAX_TOKENS, max_comments=MAX_TOKENS, max_source_length=MAX_CHARACTERS
        )
    except GraphQLError as error:
        raise RefusedError(error) from None
    _unlink_tokens(document)
    # Before any rule, some of which take more than linear time.
    limit_document(load_schema(), document)
    introspection = bool(settings.GRAPHQL_INTROSPECTION)
    rules = RULES if introspection else (*RULES, NoSchemaIntrospectionCustomRule)
    if errors := validate(
        load_schema(), document, rules, MAX_ERRORS, hide_suggestions=not introspection
    ):
        raise RefusedError(*errors)
    return PreparedDocument(document)


def _unlink_tokens(document: DocumentNode) -> None:
    """Take the tokens apart, which lead to each other in circles: 100 MB of documents waited to be
    collected.
    """
    token = document.loc.start_token if document.loc else None
    while token:
        following = token.next
        token.prev = token.next = None
        token = following


def _choose_operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [
        node for node in document.definitions if isinstance(node, OperationDefinitionNode)
    ]
    chosen = [
        node for node in operations if name is None or (node.name and node.name.value == name)
    ]
    if not chosen:
        raise refuse("The document has no operation of the name that operationName gives.")
    if len(chosen) > 1:
        raise refuse(
            "The document has several operations; say by operationName which of them to run."
        )
    return chosen[0]
