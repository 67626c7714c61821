"""Ctrl-C and SIGTERM: the first ends a run, and nothing that follows ends its cleaning up."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, NoReturn, TypeVar

import uvloop

SIGNALS = (signal.SIGINT, signal.SIGTERM)
T = TypeVar("T")


def heed_signals() -> None:
    for number in SIGNALS:
        signal.signal(number, stop)


def stop(*_: object) -> NoReturn:
    ignore_signals()
    raise KeyboardInterrupt


def ignore_signals() -> None:
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def run_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run the work in an event loop of its own; KeyboardInterrupt as elsewhere.

    What a signal raised in a protocol's callback, the loop would take for a fault of the
    connection.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        loop = runner.get_loop()
        task = loop.create_task(work)
        for number in SIGNALS:
            loop.add_signal_handler(number, task.cancel)
        try:
            return loop.run_until_complete(task)
        except asyncio.CancelledError:
            raise KeyboardInterrupt from None
        finally:
            for number in SIGNALS:
                loop.remove_signal_handler(number)
            # The loop has set them as Python does at first.
            (ignore_signals if task.cancelled() else heed_signals)()
