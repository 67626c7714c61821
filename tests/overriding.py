"""Hooks written into a viewset of this service, as its author would write them, for as long as a
test lasts.
"""

from collections.abc import Callable
from typing import Any

import pytest

from entity_api import access, linked_hooks
from entity_api.rest.viewset import EntityViewSet
from entity_api.writing.decision import explain_transaction

Override = Callable[..., None]


def put_hooks(
    patch: pytest.MonkeyPatch, viewset: type[EntityViewSet], hooks: dict[str, Any]
) -> None:
    """Put methods and attributes into a viewset's class."""
    for name, hook in hooks.items():
        patch.setattr(viewset, name, hook, raising=False)
    for name in ("overridden", "changes"):
        patch.setattr(viewset, name, getattr(viewset, name))
    viewset.note_overrides(EntityViewSet)
    forget()


def forget() -> None:
    """Forget what was worked out for the classes as they were."""
    forget_permissions()
    linked_hooks.find_own_hook.cache_clear()
    linked_hooks.asks_alike.cache_clear()
    explain_transaction.cache_clear()


def forget_permissions() -> None:
    """Forget what the permission classes have answered, and what was made of that."""
    for kept in (access._kept, access._public, access._answers):
        kept.clear()
