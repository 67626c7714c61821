"""A file of leaked passwords, sorted, in which a password is found without reading the file.

Each line is a word, or a SHA-1 in 40 hexadecimal digits, with or without ":" and a count, as the
lists of "Have I Been Pwned" have it. Lines are sorted by their bytes (`LC_ALL=C sort -u`).
"""

from __future__ import annotations

import re
from hashlib import sha1
from io import SEEK_END
from pathlib import Path
from typing import BinaryIO

# Of a line, in bytes. A password has 1,024 characters at most.
LONGEST = 4_200
_HASH = re.compile(rb"[0-9A-Fa-f]{40}(:\d+)?\r?\n?")
DIGITS = 40


class LeakedFile:
    """An open file. It reads about 40 lines for a password, whatever its size."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, SEEK_END)
        file.seek(0)
        self.has_hashes = bool(_HASH.fullmatch(file.readline(LONGEST)))

    def holds(self, password: str) -> bool:
        """Whether a line is the password, as it is or in lower case."""
        return any(self._find(self._make_key(text)) for text in {password, password.casefold()})

    def find_unsorted(self, probes: int) -> int | None:
        """Return the place of a line that is not sorted, of so many that are looked at."""
        last = b""
        for number in range(probes):
            start, key = self._read_from(self.size * number // probes)
            if key < last and start < self.size:
                return start
            last = max(last, key)
        return None

    def _make_key(self, text: str) -> bytes:
        word = text.encode(errors="surrogatepass")
        if self.has_hashes:
            return sha1(word, usedforsecurity=False).hexdigest().upper().encode()
        return word

    def _find(self, wanted: bytes) -> bool:
        low, high = 0, self.size
        while low < high:
            middle = (low + high) // 2
            start, key = self._read_from(middle)
            if start >= high or key > wanted:
                high = middle
            elif key < wanted:
                low = self._file.tell()
            else:
                return True
        return False

    def _read_from(self, place: int) -> tuple[int, bytes]:
        """Return where the first line begins at this place or behind it, and its key."""
        self._file.seek(max(place - 1, 0))
        if place:
            self._file.readline(LONGEST)
        start = self._file.tell()
        line = self._file.readline(LONGEST)
        return start, line[:DIGITS].upper() if self.has_hashes else line.rstrip(b"\r\n")


def is_in_file(path: Path, password: str) -> bool:
    """Raises OSError where the file cannot be read."""
    with path.open("rb") as file:
        return LeakedFile(file).holds(password)
