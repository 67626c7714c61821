"""The search of the admin's lists, whose cost is bounded, however many rows the table has.

A part of a text is found in all rows where PostgreSQL has an index of the texts' trigrams. Without
such an index the database reads each row, so only the newest rows are searched.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist
from django.db import connections
from django.db.models import Model, Q, QuerySet, UUIDField
from django.utils.text import smart_split, unescape_string_literal

# Rows. To read so many takes some tenths of a second.
MOST_SEARCHED = 100_000
# Letters and digits in a row. A shorter text has no trigram.
THREE = re.compile(r"[^\W_]{3}")
HEX = frozenset("0123456789abcdef")


def split_words(text: str) -> list[str]:
    """Return the words of a search, as Django's admin splits it: a phrase may be quoted."""
    words = []
    for word in smart_split(text):
        is_quoted = word.startswith(('"', "'")) and word[0] == word[-1]
        words.append(unescape_string_literal(word) if is_quoted else word)
    return words


def is_indexed(rows: QuerySet[Any], paths: Iterable[str], words: Sequence[str]) -> bool:
    """Whether the database finds the words in these fields by indexes alone."""
    return (
        connections[rows.db].vendor == "postgresql"
        and all(THREE.search(word) for word in words)
        and all(_has_index(rows.model, path) for path in paths)
    )


def find_by_index(rows: QuerySet[Any], paths: Iterable[str], words: Sequence[str]) -> QuerySet[Any]:
    """Return the rows with each word in a field.

    Fields of a linked table are searched there first. In a join no index would serve.
    """
    fields: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        link, _, name = path.rpartition("__")
        fields[link].append(name)
    for word in words:
        found = Q()
        for link, names in fields.items():
            model = _follow(rows.model, link)
            condition = reduce(or_, (_find_word(model, name, word) for name in names))
            linked = model._default_manager.filter(condition).values("pk")
            found |= Q(**{f"{link}__in": linked}) if link else condition
        rows = rows.filter(found)
    return rows


def keep_newest(rows: QuerySet[Any]) -> QuerySet[Any] | None:
    """Return the rows with the highest keys; `None` for few rows."""
    keys = rows.order_by("-pk").values_list("pk", flat=True)
    beyond = list(keys[MOST_SEARCHED : MOST_SEARCHED + 1])
    return rows.filter(pk__gt=beyond[0]) if beyond else None


def _has_index(start: type[Model], path: str) -> bool:
    link, _, name = path.rpartition("__")
    try:
        model = _follow(start, link)
    except FieldDoesNotExist:
        return False
    if _is_key(model, name):
        return True
    indexes: Any = model._meta.indexes
    return any(
        name in index.fields for index in indexes if getattr(index, "finds_parts_of_texts", False)
    )


def _follow(model: type[Model], link: str) -> type[Model]:
    """Return the model at the end of a path of links to one row.

    Raises FieldDoesNotExist where the path has anything else.
    """
    for name in link.split("__") if link else ():
        field: Any = model._meta.get_field(name)
        if not (field.many_to_one or (field.one_to_one and field.concrete)):
            raise FieldDoesNotExist(name)
        model = field.related_model
    return model


def _is_key(model: type[Model], name: str) -> bool:
    key: Any = model._meta.pk
    return name in ("^pk", f"^{key.name}") and isinstance(key, UUIDField)


def _find_word(model: type[Model], name: str, word: str) -> Q:
    if not _is_key(model, name):
        return Q(**{f"{name}__icontains": word})
    digits = word.lower().replace("-", "")
    if not HEX.issuperset(digits) or len(digits) > 32:
        return Q(pk__in=())
    first, last = UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
    return Q(pk__gte=first, pk__lte=last)
