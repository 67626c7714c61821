"""Gauges of a worker itself: its memory, its connections, its caches."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from runtime.metrics.families import Counter, Gauge, publish_by
from runtime.postgresql.lending import count_connections
from statements.cache import list_caches

workers = Gauge("workers", "Workers that answer requests.")
worker_starts = Counter(
    "worker_starts_total", "Workers that were started, also in place of others."
)
memory = Gauge("process_resident_memory_bytes", "Resident memory of all workers.")
connections = Gauge("database_connections", "Connections to the database, lent or idle.")
cache_bytes = Gauge("cache_bytes", "Size of the caches of plans, statements and documents.")
cache_entries = Gauge("cache_entries", "Entries of the caches of plans, statements and documents.")

_STATM = Path("/proc/self/statm")


def publish_process() -> None:
    workers.put(1)
    with suppress(OSError):
        pages = int(_STATM.read_text(encoding="ascii").split()[1])
        memory.put(pages * os.sysconf("SC_PAGE_SIZE"))
    lent, idle = count_connections()
    connections.put(lent, state="lent")
    connections.put(idle, state="idle")
    for name, cache in list_caches():
        cache_bytes.put(cache.bytes, cache=name)
        cache_entries.put(len(cache), cache=name)


publish_by(publish_process)
