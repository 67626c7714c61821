"""Notes the writes of the API where the admin looks for the history of a row: Django's LogEntry."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth import get_user_model

from entity_api.access import find_caller

if TYPE_CHECKING:
    from entity_api.hooks import EntityHooks

ADMIN = "django.contrib.admin"
# Django's numbers, whose module can be imported only where the admin is installed.
_ADDITION, _CHANGE, _DELETION = 1, 2, 3
# Of Django's column for the text of a row.
_LONGEST_TEXT = 200


def note_creation(view: EntityHooks, row: Any) -> None:
    """Note a new row, in the transaction that writes it."""
    _note(view, row, _ADDITION, [{"added": {}}])


def note_change(view: EntityHooks, row: Any, names: Iterable[str]) -> None:
    """Note the wire names of what a request has changed, or the name of an action."""
    _note(view, row, _CHANGE, [{"changed": {"fields": sorted(names)}}])


def note_deletion(view: EntityHooks, row: Any) -> None:
    """Note the end of a row, before it is deleted: its text may need other rows."""
    _note(view, row, _DELETION, None)


def _note(view: EntityHooks, row: Any, kind: int, message: Any) -> None:
    """Store an entry for a caller who has a user row, if the viewset keeps a history.

    An entry belongs to a user, so machines leave none.
    """
    caller = find_caller(view.request) if view.keeps_history else None
    if not isinstance(caller, get_user_model()):
        return
    # Models are there once the apps are. The check E019 refuses a history without the admin.
    entries: Any = apps.get_model("admin", "LogEntry")
    types: Any = apps.get_model("contenttypes", "ContentType")
    entries._base_manager.create(
        user_id=caller.pk,
        content_type=types.objects.get_for_model(row, for_concrete_model=False),
        object_id=str(row.pk),
        object_repr=str(row)[:_LONGEST_TEXT],
        action_flag=kind,
        change_message="" if message is None else json.dumps(message),
    )
