"""Whose a new row is: a model with `owner_path = "owner"` belongs to whoever creates it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Model


def own(model: type[Model], user: Any, serializer: Any) -> dict[str, Any]:
    """Give what to store beside the input: the caller as the owner of a new row.

    A row that belongs to somebody through another one, `owner_path = "customer.owner"`, has no owner of its own.
    """
    path = getattr(model, "owner_path", "")
    if serializer.instance is not None or not isinstance(user, get_user_model()) or path in serializer.validated_data:
        return {}
    direct = path.isidentifier() and path != "self"
    return {path: user} if direct else {}
