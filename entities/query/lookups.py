"""Text comparisons that mean the same on SQLite and PostgreSQL.

SQLite's LIKE, which Django uses there, ignores the case of ASCII letters even where case counts, and counts the
case of all others even where it should not. GLOB is case-sensitive (and can use an index for a prefix); a regular
expression in Python folds every letter.
"""

import re
from typing import Any, ClassVar

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, TextField
from django.db.models.lookups import Contains, EndsWith, IContains, IEndsWith, IExact, IStartsWith, Lookup, StartsWith
from django.db.models.sql.compiler import SQLCompiler


class _Glob(Lookup):
    pattern: ClassVar[str]

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        literal = re.sub(r"([*?[])", r"[\1]", str(self.rhs))
        return f"{column} GLOB %s", (*parameters, self.pattern.format(literal))


class _Fold(Lookup):
    pattern: ClassVar[str]

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} REGEXP %s", (*parameters, "(?is)" + self.pattern.format(re.escape(str(self.rhs))))


class ExactContains(_Glob, Contains):
    pattern = "*{}*"


class ExactStartsWith(_Glob, StartsWith):
    pattern = "{}*"


class ExactEndsWith(_Glob, EndsWith):
    pattern = "*{}"


class FoldedContains(_Fold, IContains):
    pattern = "{}"


class FoldedStartsWith(_Fold, IStartsWith):
    pattern = r"\A{}"


class FoldedEndsWith(_Fold, IEndsWith):
    pattern = r"{}\Z"


class FoldedEquals(_Fold, IExact):
    pattern = r"\A{}\Z"


# The classes keep Django's own lookup names, by which PostgreSQL's operators are found; a query asks for these.
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
    """Make the lookups known to every text column; called once, when the app is ready."""
    for name, lookup in LOOKUPS.items():
        CharField.register_lookup(lookup, name)
        TextField.register_lookup(lookup, name)
