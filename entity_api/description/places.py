"""The file and the line where a class defines a name, for system checks."""

from __future__ import annotations

import re
from inspect import getattr_static, getsourcefile, getsourcelines, unwrap
from pathlib import Path
from typing import Any


def find_place(cls: type, name: str) -> str:
    """Return `file, line N` of the definition of a name in a class or in its bases."""
    owner = next((each for each in cls.__mro__ if name in vars(each)), cls)
    code = getattr(_find_function(getattr_static(owner, name, None)), "__code__", None)
    if code:
        return _write_place(code.co_filename, code.co_firstlineno)
    try:
        lines, first = getsourcelines(owner)
        path = getsourcefile(owner)
    except (OSError, TypeError):  # made without a file, as in a shell
        return f"{owner.__module__}.{owner.__qualname__}"
    named = re.compile(rf"\s+{name}\s*[:=]")
    offset = next((number for number, line in enumerate(lines) if named.match(line)), 0)
    return _write_place(str(path), first + offset)


def _find_function(found: Any) -> Any:
    for wrapper in ("__func__", "fget", "func"):
        found = getattr(found, wrapper, found)
    return unwrap(found) if callable(found) else None


def _write_place(path: str, line: int) -> str:
    file = Path(path)
    shown = file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
    return f"{shown}, line {line}"
