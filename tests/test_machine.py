"""What a process may use of its machine, and how many workers that is."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from runtime.machine import count_cores, read_memory

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
HASH = 19 * 2**20


def make_machine(root: Path, groups: str, files: dict[str, str]) -> Path:
    for name, text in {"proc/self/cgroup": groups, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    return root


@pytest.mark.parametrize(
    ("groups", "files", "cores"),
    [
        ("0::/", {}, CORES),
        ("0::/", {"sys/fs/cgroup/cpu.max": "max 100000"}, CORES),
        ("0::/", {"sys/fs/cgroup/cpu.max": "50000 100000"}, 1),
        ("0::/elsewhere", {"sys/fs/cgroup/cpu.max": "100000 100000"}, 1),
        ("0::/a/b", {"sys/fs/cgroup/a/cpu.max": "20000 100000"}, 1),
        (
            "4:cpu,cpuacct:/x",
            {
                "sys/fs/cgroup/cpu/x/cpu.cfs_quota_us": "100000",
                "sys/fs/cgroup/cpu/x/cpu.cfs_period_us": "100000",
            },
            1,
        ),
        ("", {}, CORES),
    ],
)
def test_the_cores_are_those_of_the_container(
    groups: str, files: dict[str, str], cores: int | None, tmp_path: Path
) -> None:
    assert count_cores(make_machine(tmp_path, groups, files)) == cores


@pytest.mark.parametrize(
    ("groups", "file"),
    [
        ("0::/a/b", "sys/fs/cgroup/a/memory.max"),
        ("9:memory:/x", "sys/fs/cgroup/memory/x/memory.limit_in_bytes"),
    ],
)
def test_the_memory_is_that_of_the_container(groups: str, file: str, tmp_path: Path) -> None:
    assert read_memory(make_machine(tmp_path, groups, {file: "300000000"})) == 300_000_000
    assert read_memory(make_machine(tmp_path, groups, {file: "max"})) > 300_000_000


@pytest.mark.parametrize(
    ("asked", "memory", "workers"), [(0, 2**34, 8), (0, 2**29, 2), (0, 2**20, 1), (3, 2**20, 3)]
)
def test_there_is_a_worker_for_each_core_that_the_memory_has_room_for(
    asked: int, memory: int, workers: int
) -> None:
    settings = replace(django_settings.SERVER, workers=asked)
    assert settings.fit(8, memory, HASH).workers == workers
