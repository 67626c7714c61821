"""One start at a time with a database: the starts of `quickstart` wait for each other."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep

# Seconds. A first start on a slow machine takes a part of it.
PATIENCE = 60


class TurnError(Exception):
    """Another start does not come to its end. The text is one line with the remedy."""


def take_turn(folder: Path, say: Callable[[str], object], patience: float = PATIENCE) -> int | None:
    """Wait until no other process prepares what the folder stands for, and keep others out.

    Returns the handle that end_turn() takes. The system ends the turn of a process that ends.
    `say` gets a line if there is a wait. Raises TurnError after `patience` seconds. Windows has no
    such locks, and each start has its turn at once there.
    """
    if sys.platform == "win32":
        return None
    from fcntl import LOCK_EX, LOCK_NB, flock  # noqa: PLC0415

    # A lock on the folder itself leaves no file behind.
    handle = os.open(folder, os.O_RDONLY)
    deadline = monotonic() + patience
    waits = False
    while True:
        try:
            flock(handle, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            if monotonic() > deadline:
                os.close(handle)
                raise TurnError(
                    f"Another quickstart with this database has not started for {patience:.0f} "
                    "seconds. Stop it, then try again."
                ) from None
            if not waits:
                say("Another quickstart prepares the database: waiting for it.")
            waits = True
            sleep(0.1)
        else:
            return handle


def end_turn(handle: int | None) -> None:
    if handle is not None:
        os.close(handle)
