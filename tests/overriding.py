"""Hooks written into a viewset of this service, as its author would write them, for as long as a test lasts."""

from collections.abc import Callable
from typing import Any

import pytest

from entities.api import plans, single_writes
from entities.api.hooks import list_overridden
from entities.api.viewset import EntityViewSet

Override = Callable[..., None]


def put_hooks(patch: pytest.MonkeyPatch, viewset: type[EntityViewSet], hooks: dict[str, Any]) -> None:
    """Put methods and attributes into a viewset's class."""
    for name, hook in hooks.items():
        patch.setattr(viewset, name, hook, raising=False)
    patch.setattr(viewset, "overridden", list_overridden(viewset, EntityViewSet))
    forget()


def forget() -> None:
    """Forget what was worked out for the classes as they were."""
    plans._plans.clear()
    plans._is_plain.cache_clear()
    single_writes._is_plain.cache_clear()
