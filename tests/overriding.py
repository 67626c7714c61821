"""Hooks written into a viewset of this service, as its author would write them, for as long as a test lasts."""

from collections.abc import Callable
from typing import Any

import pytest

from entity_api.description.hooks import list_overridden
from entity_api.reading import plans
from entity_api.rest.viewset import EntityViewSet
from entity_api.writing import single_writes

Override = Callable[..., None]


def put_hooks(
    patch: pytest.MonkeyPatch, viewset: type[EntityViewSet], hooks: dict[str, Any]
) -> None:
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
