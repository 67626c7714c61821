"""Text comparisons that mean the same on SQLite and PostgreSQL.

Django uses SQLite's LIKE. It always ignores the case of ASCII letters, and never that of others. So
these lookups use GLOB, which regards case and can use an index for a prefix. To ignore case, both
databases compare the upper-case form of each letter: É is é, while ß is neither SS nor ẞ, and the
Turkish İ is not i. PostgreSQL does that where the locale is UTF-8, C.UTF-8 or a language's.
"""

import json
import re
from typing import Any, ClassVar

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models import (
    BooleanField,
    CharField,
    ExpressionWrapper,
    IntegerField,
    JSONField,
    Q,
    TextField,
    Transform,
    UUIDField,
)
from django.db.models.fields.json import JSONExact
from django.db.models.lookups import (
    Contains,
    EndsWith,
    IContains,
    IEndsWith,
    IExact,
    IStartsWith,
    Lookup,
    StartsWith,
)
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.where import WhereNode

from entity_api.description.json_values import write_sorted

Sql = tuple[str, tuple[Any, ...]]


def fold_case(text: str | None) -> str | None:
    """Return the text in upper case, letter by letter, as PostgreSQL's UPPER does.

    A letter whose upper case has two letters stays as it is.
    """
    if text is None or len(upper := text.upper()) == len(text):
        return text and upper
    return "".join(map(_fold_letter, text))


def _fold_letter(letter: str) -> str:
    return next((form for form in (letter.upper(), letter.title()) if len(form) == 1), letter)


class _Glob(Lookup):
    pattern: ClassVar[str]

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} GLOB %s", (*parameters, self.pattern.format(_escape(self.rhs)))


class _FoldedGlob(Lookup):
    pattern: ClassVar[str]

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:
        column, parameters = self.process_lhs(compiler, connection)
        return f"FOLD_CASE({column}) GLOB %s", (
            *parameters,
            self.pattern.format(_escape(fold_case(self.rhs))),
        )


def _escape(text: object) -> str:
    return re.sub(r"([*?[])", r"[\1]", str(text))


class ExactContains(_Glob, Contains):
    pattern = "*{}*"


class ExactStartsWith(_Glob, StartsWith):
    pattern = "{}*"


class ExactEndsWith(_Glob, EndsWith):
    pattern = "*{}"


class FoldedContains(_FoldedGlob, IContains):
    pattern = "*{}*"


class FoldedStartsWith(_FoldedGlob, IStartsWith):
    pattern = "{}*"


class FoldedEndsWith(_FoldedGlob, IEndsWith):
    pattern = "*{}"


class FoldedEquals(_FoldedGlob, IExact):
    pattern = "{}"


class Negation(ExpressionWrapper):  # type: ignore[type-arg]  # (not generic at run time)
    """NOT of a condition, as in SQL: a row for which the condition is unknown does not meet it.

    Django's `~Q` finds the rows whose field is null, too.
    """

    def __init__(self, condition: Q) -> None:
        super().__init__(condition, output_field=BooleanField())

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Any:
        # Django's node also knows the negation of what meets no row or every row.
        return WhereNode([self.expression], negated=True).as_sql(compiler, connection)


class IdText(Transform):
    """An id as the text that it is on the wire, with its hyphens: SQLite stores it as 32 digits."""

    lookup_name = "id_text"
    output_field = TextField()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> Sql:
        column, parameters = compiler.compile(self.lhs)
        if not isinstance(self.lhs.output_field, UUIDField):
            return f"CAST({column} AS TEXT)", tuple(parameters)
        parts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
        text = "||'-'||".join(f"SUBSTR({column},{start},{size})" for start, size in parts)
        return f"({text})", tuple(parameters) * len(parts)

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> Sql:
        column, parameters = compiler.compile(self.lhs)
        return f"{column}::text", (*parameters,)


class JSONEquals(JSONExact):
    """Equal JSON: keys in any order, and 1.0 is 1, as PostgreSQL's jsonb compares."""

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:
        column, parameters = self.process_lhs(compiler, connection)
        return f"SORT_JSON({column}) = %s", (*parameters, write_sorted(self.rhs))


def _sort_json(text: str | None) -> str | None:
    return None if text is None else write_sorted(json.loads(text))


# The names in a query. The classes keep Django's names, by which it finds PostgreSQL's operators.
LOOKUPS: dict[str, type[Lookup]] = {
    "exact_contains": ExactContains,
    "exact_startswith": ExactStartsWith,
    "exact_endswith": ExactEndsWith,
    "folded_contains": FoldedContains,
    "folded_startswith": FoldedStartsWith,
    "folded_endswith": FoldedEndsWith,
    "folded_equals": FoldedEquals,
}


def register_lookups() -> None:
    """Add the lookups to all columns, and their functions to SQLite. Call it once, at start."""
    for name, lookup in LOOKUPS.items():
        CharField.register_lookup(lookup, name)
        TextField.register_lookup(lookup, name)
    UUIDField.register_lookup(IdText)
    IntegerField.register_lookup(IdText)
    JSONField.register_lookup(JSONEquals, "json_equals")
    connection_created.connect(_add_function)


def _add_function(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    if connection.vendor == "sqlite":
        create = connection.connection.create_function
        create("FOLD_CASE", 1, fold_case, deterministic=True)
        create("SORT_JSON", 1, _sort_json, deterministic=True)
