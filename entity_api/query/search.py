"""`search`: each word has to stand in a text field that the entity names."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_

from django.db.models import Q

from entity_api.description.entity import ColumnField
from entity_api.description.values import parse_text
from entity_api.query.errors import refuse, refuse_unknown
from entity_api.query.operands import parse_operand
from entity_api.query.scope import Scope

# Each word is a comparison with each field. SQLite nests no more than 1,000 of them.
MAX_WORDS = 20


def compile_search(scope: Scope, search: object) -> Q:
    """Return the condition that the words of a text make, without regard to case.

    Fields that the query may not use are not searched. Raises ValidationError where none is left,
    as if there were no such argument, and for a value that is no text or has too many words.
    """
    fields = [field for name in scope.entity.searched if (field := scope.find_field(name))]
    if not fields:
        raise refuse_unknown(("search",), "parameter")
    words = parse_operand(parse_text, search, ("search",)).split()
    if len(words) > MAX_WORDS:
        raise refuse(("search",), f"This may hold at most {MAX_WORDS} words.", "too_many")
    return reduce(and_, (_find_word(fields, word) for word in words), Q())


def _find_word(fields: list[ColumnField], word: str) -> Q:
    return reduce(or_, (Q(**{f"{field.column}__folded_contains": word}) for field in fields))
