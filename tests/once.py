"""A walk that costs much is taken once in a run, whichever of its processes asks first."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from fcntl import LOCK_EX, flock
from typing import Any

import pytest


def walk_once(
    factory: pytest.TempPathFactory, name: str, walk: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """Return the JSON that `walk` returns. The other processes of the run wait for it."""
    base = factory.getbasetemp()
    # Of pytest-xdist, each process has a folder of its own in that of the run.
    folder = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    kept = folder / f"{name}.json"
    with (folder / f"{name}.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not kept.exists():
            kept.write_text(json.dumps(walk()))
    return dict(json.loads(kept.read_text()))
