"""A condition on a list of values that is one parameter: `filter(AnyOf("pk", field, "ids"))`.

With `IN`, each number of values would need SQL of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import BooleanField, F, Field, Func

from statements.statement import Parameter


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


class ListField(Field):  # type: ignore[type-arg]  # (Django's is not generic at run time)
    """A list of a field's values as one value: an array on PostgreSQL, JSON text on SQLite."""

    def __init__(self, item: Field[Any, Any]) -> None:
        super().__init__()
        self._item = item

    def get_db_prep_value(
        self,
        value: Iterable[Any],
        connection: Any,
        prepared: bool = False,  # noqa: FBT001, FBT002 (Django's signature)
    ) -> Any:
        values = [self._item.get_db_prep_value(each, connection, prepared) for each in value]
        return values if connection.vendor == "postgresql" else json.dumps(values)
