"""From the text of a request to its result: the document is found or made, and executed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from graphql import (
    DocumentNode,
    ExecutionResult,
    Executor,
    OperationDefinitionNode,
    OperationType,
    execute_sync,
)
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request

from api_http.graphql.documents import PreparedDocument, prepare_document
from api_http.graphql.errors import refuse
from api_http.graphql.inputs import check_variables
from api_http.graphql.parameters import Parameters
from api_http.graphql.schema import load_schema
from statements.cache import BoundedCache

# Clients send the same few queries over and over; a longer query is not worth the memory.
_LONGEST_KEPT = 4_000
# Bytes of a document and its selections for each token, and of the text that it is found by for
# each character.
_TOKEN_SIZE = 1_000
_CHARACTER_SIZE = 8
# A string, a comment or a number of a mutation may be a password, which has no business in memory
# for longer than needed. Variables are no part of the text.
_SECRETS = re.compile(r'["#]|\b\d')


# By text, and by whether introspection was allowed.
_known: BoundedCache[PreparedDocument] = BoundedCache(12 * 2**20, "graphql_documents")
# Of callers without credentials: they never drop what those with credentials send.
_public: BoundedCache[PreparedDocument] = BoundedCache(2 * 2**20, "graphql_documents_of_strangers")


def execute_request(
    request: Request, parameters: Parameters, *, read_only: bool
) -> ExecutionResult:
    """Run the operation for the request's caller.

    Raises RefusedError for an invalid request, MethodNotAllowed for a mutation in a GET.
    """
    schema = load_schema()
    prepared = _find(parameters.query) or prepare_document(schema, parameters.query)
    operation = _choose_operation(prepared.document, parameters.operation_name)
    if read_only and operation.operation is not OperationType.QUERY:
        raise MethodNotAllowed(str(request.method), "A mutation is sent with POST.")
    given = parameters.variables or {}
    takes_variables = operation.variable_definitions
    variables = check_variables(schema, operation, given) if takes_variables else {}
    vars(request)["kept_selections"] = prepared.selections
    # A query may be answered from a replica.
    vars(request)["only_reads"] = operation.operation is OperationType.QUERY
    result = execute_sync(
        schema,
        prepared.document,
        context_value=request,
        variable_values=variables,
        operation_name=parameters.operation_name,
        executor_class=AnsweringExecutor,
        hide_suggestions=True,
    )
    # Only now it is known who calls.
    _keep(parameters.query, prepared, _is_known(request))
    return result


def _find(text: str) -> PreparedDocument | None:
    key = (text, bool(settings.GRAPHQL_INTROSPECTION))
    found: PreparedDocument | None = _known.get(key) or _public.get(key)
    return found


def _keep(text: str, prepared: PreparedDocument, known: bool) -> None:  # noqa: FBT001
    cache, key = _known if known else _public, (text, bool(settings.GRAPHQL_INTROSPECTION))
    holds_secrets = "mutation" in text and _SECRETS.search(text)
    if cache.get(key) is not None or len(text) > _LONGEST_KEPT or holds_secrets:
        return
    size = _TOKEN_SIZE * prepared.document.token_count + _CHARACTER_SIZE * len(text)
    cache.put(key, prepared, size)


def _is_known(request: Request) -> bool:
    """Whether the request was authenticated, as a user. Starts no authentication."""
    return bool(getattr(vars(request).get("_user"), "is_authenticated", False))


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


@dataclass(frozen=True, slots=True)
class CompletedValue:
    """A resolver returns it in place of a list or an object.

    Its `value` is already in the form of the answer.
    """

    value: Any


class AnsweringExecutor(Executor[None]):
    """Passes on a CompletedValue in the place of a list or an object; any other value is completed
    as ever.
    """

    def complete_list_value(
        self,
        return_type: Any,
        field_details_list: Any,
        info: Any,
        path: Any,
        result: Any,
        position_context: None,
    ) -> Any:
        if isinstance(result, CompletedValue):
            return result.value
        return super().complete_list_value(
            return_type, field_details_list, info, path, result, position_context
        )

    def complete_object_value(
        self,
        return_type: Any,
        field_details_list: Any,
        info: Any,
        path: Any,
        result: Any,
        position_context: None,
    ) -> Any:
        if isinstance(result, CompletedValue):
            return result.value
        return super().complete_object_value(
            return_type, field_details_list, info, path, result, position_context
        )
