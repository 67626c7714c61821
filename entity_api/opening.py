"""The viewset of a linked entity, for the caller of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Model
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, PermissionDenied

from entity_api.description.registry import VIEWSETS

if TYPE_CHECKING:
    from rest_framework.request import Request

    from entity_api.hooks import EntityHooks


def open_entity(request: Request, model: type[Model], action: str) -> EntityHooks | None:
    """Return the viewset of a model, opened for the request's caller.

    `None` where no viewset serves the model or the action is closed to the caller.
    """
    if model not in VIEWSETS:
        return None
    try:
        opened: EntityHooks = VIEWSETS[model].open(request, action)
    except (NotAuthenticated, AuthenticationFailed, PermissionDenied):
        return None
    return opened
