"""How a server process uses memory: garbage collection, and what the C library keeps."""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress

# So many new objects are looked through at once.
GARBAGE_OBJECTS = 10_000
# Of glibc's <malloc.h>. Blocks above the threshold go back to the system as soon as they are free.
M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
LARGE_BLOCK = 1_048_576
ARENAS = 2


def tune_garbage_collection() -> None:
    """Leave out what is loaded by now, which stays.

    At 700 objects, which is Python's own threshold, garbage collection was a sixth of the time of a
    request.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_OBJECTS)


def release_large_blocks() -> None:
    """Let glibc give the memory of a password hash back, 19 MiB, after each hash.

    By default it keeps such a block for each of up to sixteen threads: a worker grew to 500 MB by
    100 logins at once. Other C libraries have no such function, and nothing is done.
    """
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        library.mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK)
        library.mallopt(M_ARENA_MAX, ARENAS)
