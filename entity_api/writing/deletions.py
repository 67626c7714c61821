"""Marks the rows that lose a link by a deletion as changed (`updatedAt`).

That holds on every road, so it hangs on Django's signal: the API, the admin, a command.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import CASCADE, DO_NOTHING, PROTECT, RESTRICT, Model
from django.db.models.signals import pre_delete

from entity_api.writing.link_changes import keeps_changes, record_changes

# With these a row goes as well, or the deletion is refused, or nothing is done. All else gives the
# link another value.
_KEEPING = (CASCADE, DO_NOTHING, PROTECT, RESTRICT)

# The receiver of pre_delete that this module connects.
FREED = "record_freed_rows"


def watch_deletions() -> None:
    """Connect the receiver for the models whose rows others link to; for all others deleting stays
    one statement.
    """
    for model in apps.get_models():
        if any(True for _ in _find_links(model)):
            pre_delete.connect(record_freed_rows, sender=model, dispatch_uid=FREED)


def record_freed_rows(sender: type[Model], instance: Model, using: str, **_: Any) -> None:
    """Set the time of change of the rows that lose their link to this row."""
    for model, lookup in _find_links(sender):
        record_changes(model._base_manager.using(using).filter(**{lookup: instance}))


def _find_links(model: type[Model]) -> Iterator[tuple[type[Model], str]]:
    """Yield the models that link to this one by a column that a deletion empties, or by pairs, and
    how in lookups.
    """
    relations: Any = model._meta.get_fields(include_hidden=True)
    for relation in relations:
        if (
            not relation.is_relation
            or relation.related_model is None
            or not keeps_changes(relation.related_model)
        ):
            continue
        if relation.many_to_many:
            yield relation.related_model, _name_inverse(relation)
        elif relation.auto_created and not relation.concrete and relation.on_delete not in _KEEPING:
            yield relation.related_model, relation.field.name


def _name_inverse(relation: Any) -> str:
    return str(relation.field.name if relation.auto_created else relation.related_query_name())
