"""The names of stored files. A name holds the facts about its file, so a list asks no storage.

`scans/3f9ab2c4d5e6f708-20480-pdf-report.pdf` is a PDF of 20,480 bytes that a client has called
`report.pdf`. A file that was stored in another way is asked for its size.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from secrets import token_hex
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from entity_api.files.types import BYTES, TYPES, FileType, find_type_of_name

# Bytes of a name; most file systems allow 255.
_LONGEST = 200
# Characters. A shorter name would not tell people anything.
_SHORTEST = 8
_LONGEST_EXTENSION = 16
_MARKED = re.compile(r"[0-9a-f]{16}-(?P<size>\d{1,12})-(?P<type>[a-z0-9]{1,8})-(?P<name>.+)")


@dataclass(frozen=True)
class FileFacts:
    """The name that people see, the size in bytes, and the type of a stored file."""

    name: str
    size: int
    type: FileType


def read_facts(file: Any) -> FileFacts | None:
    """Return the facts about a row's file, a `FieldFile`; `None` where the storage has no file."""
    name = PurePosixPath(file.name.replace("\\", "/")).name
    if found := _MARKED.fullmatch(name):
        return FileFacts(found["name"], int(found["size"]), TYPES.get(found["type"], BYTES))
    try:
        return FileFacts(name, file.size, find_type_of_name(name))
    except OSError:
        return None


def clean_name(given: str) -> str:
    """Return a client's name of a file without folders and without characters that do harm."""
    last = re.split(r"[/\\]", given)[-1]
    cleaned = re.sub(r"[^-\w.]", "", re.sub(r"\s+", "_", last.strip())).lstrip(".")
    return cleaned or "file"


def mark_name(path: str, size: int, type_: FileType, longest: int) -> str:
    """Return the path under which a file is stored, with the facts in its last part.

    `longest` is the length of the column. Raises ImproperlyConfigured where it leaves no room.
    """
    folder, slash, name = path.rpartition("/")
    mark = f"{token_hex(8)}-{size}-{type_.key}-"
    room = longest - len(folder) - len(slash) - len(mark)
    if room < _SHORTEST:
        raise ImproperlyConfigured(
            f"A file in {folder}/ needs a longer column: set max_length of its field to "
            f"{longest - room + 100}."
        )
    return f"{folder}{slash}{mark}{_shorten(name, room)}"


def _shorten(name: str, room: int) -> str:
    stem, dot, extension = name.rpartition(".")
    end = f"{dot}{extension}" if stem and len(extension) < min(_LONGEST_EXTENSION, room - 2) else ""
    start = name.removesuffix(end)[: room - len(end)]
    while len(start.encode()) > _LONGEST:
        start = start[:-1]
    return start + end
