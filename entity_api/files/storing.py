"""Files in the storage: they are stored before their row, and deleted after the commit.

So a failed write leaves no file behind, and a row never names a file that is gone.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any

from django.db import transaction

from entity_api.files.names import clean_name, mark_name
from entity_api.files.types import find_type

logger = logging.getLogger("entity_api.files")
# A storage and a name in it.
Place = tuple[Any, str]
_stored: ContextVar[list[Place] | None] = ContextVar("_stored", default=None)


@contextmanager
def undoing_files() -> Iterator[None]:
    """Delete the files that are stored within, if it ends by an error."""
    if _stored.get() is not None:
        yield
        return
    places: list[Place] = []
    token = _stored.set(places)
    try:
        yield
    except BaseException:
        for place in places:
            _delete(*place)
        raise
    finally:
        _stored.reset(token)


def store_file(row: Any, field: Any, given: str, file: Any) -> str:
    """Store a file for a FileField of a row and return its name, which is a new one.

    `given` is the name that the client has for it. Raises ImproperlyConfigured where the column is
    too short for a name.
    """
    path = field.generate_filename(row, clean_name(given))
    name = mark_name(path, file.size, find_type(file), field.max_length)
    stored: str = field.storage.save(name, file, max_length=field.max_length)
    places = _stored.get()
    if places is not None:
        places.append((field.storage, stored))
    return stored


def delete_after_commit(field: Any, name: str, using: str) -> None:
    """Delete a file that no row will need, once the transaction is committed."""
    transaction.on_commit(partial(_delete, field.storage, name), using=using)


def _delete(storage: Any, name: str) -> None:
    try:
        storage.delete(name)
    # The row is written. A storage that fails must not make an error of that.
    except Exception:
        logger.exception("A file that no row needs could not be deleted: %s", name)
