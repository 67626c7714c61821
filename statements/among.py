"""A condition on any number of values in a statement, which are one parameter: `filter(Among("pk",
field, "ids"))`.

`IN` makes another SQL for each number of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db.models import BooleanField, F, Field, Func

from statements.statement import Parameter


class Among(Func):
    """Whether the value of `name` is in the list that the statement gets as this parameter."""

    def __init__(self, name: str, field: Field[Any, Any], parameter: str) -> None:
        super().__init__(
            F(name), Parameter(parameter, _Several(field)), output_field=BooleanField()
        )

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        return self.as_sql(compiler, connection, template="%(expressions)s)", arg_joiner=" = ANY(")

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        joiner = " IN (SELECT value FROM json_each("
        return self.as_sql(compiler, connection, template="%(expressions)s))", arg_joiner=joiner)


class _Several(Field):  # type: ignore[type-arg]  # (of Django's own, which is not generic when it runs)
    """Values of a field in the form in which the database takes all of them as one."""

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
