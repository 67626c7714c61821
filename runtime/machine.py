"""What this process may use of its machine: cores and memory, within the limits of its container.

The limits are those of Linux's control groups, version 1 and 2
(https://docs.kernel.org/admin-guide/cgroup-v2.html). A limit of a group holds for the groups in it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from math import ceil
from pathlib import Path

_ROOT = Path("/")


def count_cores(root: Path = _ROOT) -> int:
    """Return the number of cores, at least 1. A part of a core counts as a whole one."""
    cores = float(_count_usable())
    for folder in _list_groups(root, "cpu"):
        cores = min(cores, _read_quota(folder))
    return max(1, ceil(cores))


def read_memory(root: Path = _ROOT) -> int:
    """Return the bytes of memory that all processes here may take together."""
    memory = _read_installed()
    for folder in _list_groups(root, "memory"):
        for name in ("memory.max", "memory.limit_in_bytes"):
            text = _read(folder / name)
            if text.isdecimal():
                memory = min(memory, int(text))
    return memory


def _count_usable() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _read_installed() -> int:
    with suppress(ValueError, OSError, AttributeError):
        return int(os.sysconf("SC_PAGE_SIZE")) * int(os.sysconf("SC_PHYS_PAGES"))
    return 2**32


def _list_groups(root: Path, controller: str) -> Iterator[Path]:
    """Yield the folders of this process's group and of those around it, as far as they are seen."""
    mount = root / "sys/fs/cgroup"
    for line in _read(root / "proc/self/cgroup").splitlines():
        _, names, path = line.split(":", 2)
        if names and controller not in names.split(","):
            continue
        top = mount / controller if names else mount
        group = top / path.strip("/")
        # A container sees its own group at the top, and may be told another path.
        yield from (each for each in (group, *group.parents) if each.is_relative_to(top))


def _read_quota(folder: Path) -> float:
    """Return the cores of a group's quota; infinity without one."""
    quota, _, period = _read(folder / "cpu.max").partition(" ")
    if not quota:
        quota = _read(folder / "cpu.cfs_quota_us")
        period = _read(folder / "cpu.cfs_period_us")
    if quota.isdecimal() and period.isdecimal():
        return int(quota) / int(period)
    return float("inf")


def _read(file: Path) -> str:
    with suppress(OSError):
        return file.read_text(encoding="ascii").strip()
    return ""
