"""The files that own actions answer: `output=File`, and the method returns a `File` of Django."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.files import File
from django.core.files.base import ContentFile
from django.db.models.fields.files import FieldFile
from rest_framework.exceptions import NotFound

from entity_api.files.names import clean_name, read_facts
from entity_api.files.types import find_type


@dataclass(frozen=True)
class FileAnswer:
    """An open file at its beginning, the name that people see, and its type by its content."""

    name: str
    media_type: str
    file: File[Any]


@contextmanager
def closing_on_error() -> Iterator[list[Any]]:
    """Give a list for what a method returns. An error closes the files in it: no one reads them."""
    returned: list[Any] = []
    try:
        yield returned
    except BaseException:
        for each in returned:
            if isinstance(each, File):
                each.close()
        raise


def make_file_answer(action: str, returned: Any) -> FileAnswer:
    """Return the answer of an action, such as `OrderViewSet.invoice`, out of what it returned.

    Raises NotFound for the file of a row that has none, and ImproperlyConfigured for anything that
    is no file of bytes with a name.
    """
    if not isinstance(returned, File):
        raise ImproperlyConfigured(f"{action} has to return a File, as its output says.")
    file, name = returned, clean_name(returned.name or "")
    if isinstance(file, FieldFile):
        name = _open_stored(file)
    elif not file.name:
        raise ImproperlyConfigured(f'{action} returns a File without a name: File(…, "name.pdf").')
    if isinstance(file.file, StringIO):
        # A response counts the length of a file in bytes.
        file = ContentFile(file.file.getvalue().encode("utf-8", "replace"), name)
    if hasattr(file.file, "encoding") or not file.seekable():
        raise ImproperlyConfigured(f"{action} has to open its file for bytes that can be sought.")
    return FileAnswer(name, find_type(file).media_type, file)


def _open_stored(file: FieldFile) -> str:
    """Open the file of a row. Return its name, as people see it."""
    try:
        facts = read_facts(file) if file else None
        if facts is None:
            raise NotFound("There is no file.")
        file.open("rb")
    except OSError:
        raise NotFound("There is no file.") from None
    return facts.name
