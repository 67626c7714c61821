"""The memory of server processes, as the kernel shows it: whatever their allocators keep, free or
not.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")


def find_servers(port: int) -> list[int]:
    """Return granian's processes that serve the port."""
    processes = {
        int(entry.name): _read(entry) for entry in PROC.iterdir() if entry.name.isdecimal()
    }
    chiefs = {
        pid
        for pid, (_, command) in processes.items()
        if "granian" in command and str(port) in command
    }
    return sorted(chiefs | {pid for pid, (parent, _) in processes.items() if parent in chiefs})


def _read(entry: Path) -> tuple[int, list[str]]:
    """Return the parent and the command line; nothing of a process that is gone."""
    try:
        parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        return parent, (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except (OSError, IndexError):
        return 0, []


def read_resident(pid: int) -> float:
    """Return how much of the process is in memory, in megabytes."""
    pages = int((PROC / str(pid) / "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def can_be_read(pid: int) -> bool:
    return os.access(PROC / str(pid) / "mem", os.R_OK)


def read_memory(pid: int) -> Iterator[bytes]:
    """Yield the process's writable areas."""
    maps = (PROC / str(pid) / "maps").read_text().splitlines()
    areas = [line.split()[0].split("-") for line in maps if line.split()[1].startswith("rw")]
    with (PROC / str(pid) / "mem").open("rb", buffering=0) as memory:
        for start, end in areas:
            try:
                memory.seek(int(start, 16))
                yield memory.read(int(end, 16) - int(start, 16))
            except (OSError, OverflowError, ValueError):
                continue  # an area of the kernel's, or one that is gone
