"""Whose a new row is: a model with `owner_path = "owner"` belongs to whoever creates it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Model


def direct_owner(model: type[Model]) -> str | None:
    """Name the column that says whose a row is; None where another row says it, `owner_path = "customer.owner"`."""
    path = getattr(model, "owner_path", "")
    return path if path.isidentifier() and path != "self" else None


def own(model: type[Model], user: Any, serializer: Any) -> dict[str, Any]:
    """Give what to store beside the input: the caller as the owner of a new row."""
    owner = direct_owner(model)
    known = isinstance(user, get_user_model())
    if owner is None or not known or serializer.instance is not None or owner in serializer.validated_data:
        return {}
    return {owner: user}
