"""A condition on a list of values that is one parameter: `filter(AnyOf("pk", field, "ids"))`.

With `IN`, each number of values would need SQL of its own.
"""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, F, Field, Func

from statements.parameters import Parameter
from statements.statement import ListField


class AnyOf(Func):
    """Whether the field `name` has a value of the list that the statement gets as `parameter`."""

    def __init__(self, name: str, field: Field[Any, Any], parameter: str) -> None:
        super().__init__(
            F(name), Parameter(parameter, ListField(field)), output_field=BooleanField()
        )

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        return self.as_sql(compiler, connection, template="%(expressions)s)", arg_joiner=" = ANY(")

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        joiner = " IN (SELECT value FROM json_each("
        return self.as_sql(compiler, connection, template="%(expressions)s))", arg_joiner=joiner)
