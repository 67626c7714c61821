"""The documents of GraphQL requests: parsed, limited and validated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OverlappingFieldsCanBeMergedRule,
    ValuesOfCorrectTypeRule,
    parse,
    specified_rules,
    validate,
)

from api_http.graphql.errors import RefusedError
from api_http.graphql.inputs import LiteralsOfCorrectTypeRule
from api_http.graphql.limits import MAX_CHARACTERS, MAX_TOKENS, limit_document
from api_http.graphql.merging import FieldsUnderOneKeyRule

_REPLACED: dict[type[ASTValidationRule], type[ASTValidationRule]] = {
    OverlappingFieldsCanBeMergedRule: FieldsUnderOneKeyRule,
    ValuesOfCorrectTypeRule: LiteralsOfCorrectTypeRule,
}
RULES = tuple(_REPLACED.get(rule, rule) for rule in specified_rules)
# Each error costs time, and people read no more of them.
MAX_ERRORS = 20


@dataclass(frozen=True)
class PreparedDocument:
    """A valid document.

    Resolvers keep in `selections` what they have read of it, by the ids of its nodes.
    """

    document: DocumentNode
    selections: dict[int, Any] = field(default_factory=dict)


def prepare_document(schema: GraphQLSchema, text: str) -> PreparedDocument:
    """Parse and validate. Raises RefusedError with all that is wrong."""
    try:
        document = parse(
            text, max_tokens=MAX_TOKENS, max_comments=MAX_TOKENS, max_source_length=MAX_CHARACTERS
        )
    except GraphQLError as error:
        raise RefusedError(error) from None
    _unlink_tokens(document)
    # Before any rule, some of which take more than linear time.
    limit_document(schema, document)
    introspection = bool(settings.GRAPHQL_INTROSPECTION)
    rules = RULES if introspection else (*RULES, NoSchemaIntrospectionCustomRule)
    hides = not introspection
    if errors := validate(schema, document, rules, MAX_ERRORS, hide_suggestions=hides):
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
