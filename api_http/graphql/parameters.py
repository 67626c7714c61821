"""The parameters of a request (GraphQL over HTTP, section 5), in its body or its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from graphql import GraphQLError
from rest_framework.exceptions import ParseError

from api_http.graphql.errors import RefusedError

_NAMES = {"query": "query", "operationName": "operation_name", "variables": "variables"}

# On this answer clients of Apollo send the text, in this request and in all that follow. They know
# it by these words.
_PERSISTED_QUERY = GraphQLError(
    "PersistedQueryNotSupported", extensions={"code": "PERSISTED_QUERY_NOT_SUPPORTED"}
)


@dataclass(frozen=True)
class Parameters:
    """One operation to run. Its repr shows nothing of it, as there may be a password in it."""

    query: str = field(repr=False)
    operation_name: str | None = field(default=None, repr=False)
    variables: Mapping[str, Any] | None = field(default=None, repr=False)


def read_body(body: Any) -> Parameters:
    """Read a parsed JSON body.

    Raises ParseError, and RefusedError for a query that is only named by its hash.
    """
    if isinstance(body, list):
        raise ParseError("Batches are not supported; send one operation a request.")
    if not isinstance(body, Mapping):
        raise ParseError('The body must be a JSON object such as {"query": "{ __typename }"}.')
    if body.get("query") is None and _names_persisted_query(body.get("extensions")):
        raise RefusedError(_PERSISTED_QUERY)
    if not isinstance(body.get("query"), str):
        raise ParseError("The member query must be there and hold the text of the operation.")
    if not isinstance(body.get("operationName"), str | None):
        raise ParseError("The member operationName must be a text.")
    for name in ("variables", "extensions"):
        if not isinstance(body.get(name), Mapping | None):
            raise ParseError(f"The member {name} must be an object.")
    return Parameters(**{ours: body.get(theirs) for theirs, ours in _NAMES.items()})  # type: ignore[arg-type]


def _names_persisted_query(extensions: object) -> bool:
    return isinstance(extensions, Mapping) and "persistedQuery" in extensions


def read_query_string(given: Mapping[str, str]) -> Parameters:
    """Read the parameters of an address, of which variables and extensions are JSON.

    Raises as read_body() does.
    """
    values: dict[str, Any] = {
        name: given[name] for name in ("query", "operationName") if name in given
    }
    for name in ("variables", "extensions"):
        try:
            values[name] = orjson.loads(given.get(name) or "null")
        except orjson.JSONDecodeError:
            raise ParseError(f"The parameter {name} is not valid JSON.") from None
    return read_body(values)
