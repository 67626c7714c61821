"""Finding the user of a provider's credentials, with the names of the roles, by one query."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Model

from statements.parameters import Parameter
from statements.statement import InstanceColumns, Statement


def find_user(field: str, value: object) -> Any:
    """Return the user whose unique `field` holds the value; `None` if there is no such user.

    The user's `role_names` are filled in. The user may be inactive.
    """
    columns, statement = _prepare(get_user_model(), field)
    # A row for each role; a user has few of them.
    rows = statement.fetch(value=value)
    if not rows:
        return None
    user = columns.build(rows[0][:-1])
    user.role_names = sorted(role for *_, role in rows if role is not None)
    return user


def lock_user(key: Any) -> Any:
    """Lock the user's row until the transaction ends, and return the user; `None` if it is gone.

    For what may be done once, or so often, by a user: other requests wait. SQLite has one writer.
    """
    rows = get_user_model()._default_manager.select_for_update(no_key=True)
    return rows.filter(pk=key).first()


@cache
def _prepare(users: type[Model], field: str) -> tuple[InstanceColumns, Statement]:
    columns: Any = InstanceColumns(users)
    output: Any = users._meta.pk if field == "pk" else users._meta.get_field(field)
    rows = users._default_manager.filter(**{field: Parameter("value", output)})
    return columns, Statement(rows.order_by().values_list(*columns.names, "groups__name"))
