"""Whether this service was told to stop, which its workers share with the process above them."""

from __future__ import annotations

from mmap import mmap

# Anonymous memory is shared with the processes that are forked afterwards.
_flag = mmap(-1, 1)


def begin_stopping() -> None:
    _flag[0] = 1


def is_stopping() -> bool:
    return _flag[0] == 1
