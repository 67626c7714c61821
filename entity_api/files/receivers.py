"""Receivers of Django's signals that keep the files of a row with it, on every road to it.

The API, the admin and a command save and delete rows. `QuerySet.update()` and `bulk_create()` send
no signals, so they leave files to their caller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import FileField
from django.db.models.signals import post_delete, pre_save

from entity_api.files.storing import delete_after_commit, store_file
from entity_api.row_locks import lock_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Model


def list_file_fields(model: type[Model]) -> list[Any]:
    """Return the fields of the model that hold files."""
    return [field for field in model._meta.concrete_fields if isinstance(field, FileField)]


def watch_files(model: type[Model]) -> None:
    """Connect the receivers for a model that has files; for any other saving stays as it is."""
    if list_file_fields(model):
        pre_save.connect(keep_files, sender=model, dispatch_uid="keep_files")
        post_delete.connect(drop_files, sender=model, dispatch_uid="drop_files")


def keep_files(
    sender: type[Model],
    instance: Any,
    using: str,
    raw: bool,  # noqa: FBT001 (Django's own)
    update_fields: Iterable[str] | None = None,
    **_: Any,
) -> None:
    """Store the new files of a row that is saved, and delete the files that they replace."""
    fields = [
        field
        for field in list_file_fields(sender)
        if (update_fields is None or field.name in update_fields)
        and field.attname in vars(instance)
    ]
    if raw or not fields:
        return
    before = _read_names(sender, instance, using, fields)
    for field in fields:
        file = getattr(instance, field.attname)
        if file and not file._committed:  # noqa: SLF001 (Django's FileField asks it as well)
            stored = store_file(instance, field, file.name, file.file)
            setattr(instance, field.attname, stored)
        old, new = before.get(field.attname), getattr(instance, field.attname).name
        if old and old != new:
            delete_after_commit(field, old, using)


def drop_files(sender: type[Model], instance: Any, using: str, **_: Any) -> None:
    """Delete the files of a row that is deleted."""
    for field in list_file_fields(sender):
        if name := getattr(instance, field.attname).name:
            delete_after_commit(field, name, using)


def _read_names(
    model: type[Model], instance: Any, using: str, fields: list[Any]
) -> dict[str, str | None]:
    if instance._state.adding:  # noqa: SLF001 (Django's documented attribute)
        return {}
    rows = model._base_manager.using(using).filter(pk=instance.pk)
    if transaction.get_connection(using).in_atomic_block:
        # Another save at the same time would replace the same file, and leave that of this save.
        rows = lock_rows(rows, "update")
    return rows.values(*(field.attname for field in fields)).first() or {}
