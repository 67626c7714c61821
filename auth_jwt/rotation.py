"""Rotating the keys of a directory: each is standby, then active, then retired, then gone.

The state is in the file's name and the time of its beginning is the file's time, so that a copy
without its times is only older than it looks: nothing is done too early. Every step is one rename,
and every step can be taken twice.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory

from auth_jwt.key_set import ACTIVE, RETIRED, STANDBY, list_files, state_of
from auth_jwt.keys import generate_key, read_private_key

# Verifiers elsewhere keep the key set for some minutes (views.KEYS_KEPT); by then all of them know
# the key.
SHOWN_BEFORE_ACTIVE = timedelta(hours=1)
_NEW_NAME = re.compile(r"(?<=^created) (\w+)-.*")


@dataclass(frozen=True)
class Rotation:
    """One run over a directory.

    `kept` is for how long a token of a retired key may still be good.
    """

    directory: Path
    algorithm: str
    now: datetime
    kept: timedelta

    def run(self) -> Iterator[str]:
        """Take the steps that are due, and yield a line for each."""
        yield from self._remove_retired()
        yield from self._promote()
        yield from self._retire()
        if not self._list(STANDBY):
            yield f"created {self._create(STANDBY)}"

    def preview(self) -> list[str]:
        """Return the steps that are due, without taking them.

        They are tried with empty files of the same names and times. A new key has no name yet.
        """
        files = list_files(self.directory) if self.directory.is_dir() else ()
        with TemporaryDirectory() as place:
            for path, changed_at in files:
                copy = Path(place) / path.name
                copy.touch()
                os.utime(copy, ns=(changed_at, changed_at))
            steps = list(replace(self, directory=Path(place)).run())
        return [_NEW_NAME.sub(r" \1", step) for step in steps]

    def _list(self, state: str) -> list[Path]:
        return [path for path, _ in list_files(self.directory) if state_of(path) == state]

    def _age(self, path: Path) -> timedelta:
        return self.now - datetime.fromtimestamp(path.stat().st_mtime, self.now.tzinfo)

    def _remove_retired(self) -> Iterator[str]:
        for path in self._list(RETIRED):
            if self._age(path) > self.kept:
                path.unlink(missing_ok=True)
                yield f"removed {path.name}"

    def _promote(self) -> Iterator[str]:
        """Activate the standby key that was shown longest; at once if no key can sign."""
        active, standby = self._list(ACTIVE), self._list(STANDBY)
        oldest = max(standby, key=self._age, default=None)
        if oldest and (not active or self._age(oldest) >= SHOWN_BEFORE_ACTIVE):
            yield f"promoted {self._move(oldest, ACTIVE)}"
        elif not active:
            yield f"created {self._create(ACTIVE)}"

    def _retire(self) -> Iterator[str]:
        for path in self._list(ACTIVE)[1:]:  # the newest signs
            yield f"retired {self._move(path, RETIRED)}"

    def _move(self, path: Path, state: str) -> str:
        target = path.with_name(state + path.name.removeprefix(state_of(path)))
        moment = self.now.timestamp()
        os.utime(path, (moment, moment))
        path.rename(target)
        return target.name

    def _create(self, state: str) -> str:
        """Write a new key; it gets its name, and so is seen, only when it is whole."""
        pem = generate_key(self.algorithm)
        path = self.directory / f"{state}-{read_private_key(pem).kid}.pem"
        moment = self.now.timestamp()
        with NamedTemporaryFile(dir=self.directory, delete=False) as file:  # made with mode 0600
            try:
                file.write(pem)
                file.flush()
                os.utime(file.name, (moment, moment))
                Path(file.name).rename(path)
            except BaseException:
                # A full disk, or Ctrl-C. A part of a secret must not stay.
                Path(file.name).unlink(missing_ok=True)
                raise
        return path.name
