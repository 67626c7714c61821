"""Keeps readings by access and question, in bounded memory.

Callers with the same access key share an entry. The keys hold roles and no user, so a thousand
users fill no more memory than one user.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from entity_api.access import find_access
from entity_api.description.registry import VIEWSETS, describe_entity
from statements.cache import BoundedCache

if TYPE_CHECKING:
    from entity_api.hooks import EntityHooks

Made = TypeVar("Made")
# Bytes of an entry, and of it for each character of its question.
ENTRY_SIZE = 8_000
CHARACTER_SIZE = 30
_kept: BoundedCache[Any] = BoundedCache(12 * 2**20)
# Of callers without credentials: they never drop what those with credentials ask for.
_public: BoundedCache[Any] = BoundedCache(2 * 2**20)
_MISSING: Any = object()


def keep(view: EntityHooks, question: Hashable | None, make: Callable[[], Made]) -> Made:
    """Return what was made for this question of callers with the same access, or make it.

    Nothing is kept without a question or without an access key. An error of `make` is not kept.
    """
    key = None if question is None else find_key(view)
    if key is None:
        return make()
    entry = (type(view), key, question)
    kept = _kept if find_access(view, view.action).is_of_known_caller else _public
    made: Made = kept.get(entry, _MISSING)
    if made is _MISSING:
        made = make()
        kept.put(entry, made, ENTRY_SIZE + CHARACTER_SIZE * len(repr(question)))
    return made


def find_key(view: EntityHooks) -> Hashable | None:
    """Return the access key of the view's caller, if it holds for all linked entities too."""
    return find_access(view, view.action).key if asks_alike(type(view)) else None


@cache
def find_own_hook(viewset: type[EntityHooks]) -> str:
    """Return the hook by which this viewset or a linked one chooses rows or fields.

    Empty if there is no such hook: then the permission classes alone decide.
    """
    for each in _list_linked(viewset):
        hooks = each.list_hooks("rows", "fields", "access")
        if hooks:
            return f"{each.__name__}.{hooks[0]}"
    return ""


@cache
def asks_alike(viewset: type[EntityHooks]) -> bool:
    """Return whether the permission classes decide alone, and are the same for linked entities."""
    classes = viewset.permission_classes
    alike = all(each.permission_classes == classes for each in _list_linked(viewset))
    return alike and not find_own_hook(viewset)


def _list_linked(viewset: type[EntityHooks]) -> list[type[EntityHooks]]:
    """Return the viewset, and all to which its links lead, over several links as well."""
    found = [viewset]
    for each in found:
        targets = [link.target for link in describe_entity(each).relations.values()]
        served = [VIEWSETS[model] for model in targets if model in VIEWSETS]
        found += [other for other in dict.fromkeys(served) if other not in found]
    return found
