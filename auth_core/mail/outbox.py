"""The outbox: work that follows an answer, in a thread of its own.

Whether an account exists shows in what a mail costs. So requests only put a job here. The thread
looks for the account and sends the mail.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from threading import Lock, Thread

from django.db import connections

from api_http.exceptions import Busy

_logger = logging.getLogger(__name__)
# Jobs that wait, of a few kB each. A mail server that hangs holds them up.
MOST = 500
# Seconds after which a refused client may try again.
RETRY = 30


class Outbox:
    """Jobs in the order of their arrival, which one thread does. It ends with the last job.

    A process that is killed loses its jobs: people then ask for another mail.
    """

    def __init__(self) -> None:
        self._jobs: deque[Callable[[], None]] = deque()
        self._lock = Lock()
        self._is_running = False

    def put(self, job: Callable[[], None]) -> None:
        """Do the job soon. Raises Busy (503) while too many wait."""
        with self._lock:
            if len(self._jobs) >= MOST:
                raise Busy(RETRY)
            self._jobs.append(job)
            if self._is_running:
                return
            self._is_running = True
        try:
            self.start()
        except RuntimeError:  # the machine has no thread left; the next job tries again
            self._is_running = False

    def start(self) -> None:
        """Start the thread. The end of the process waits for it."""
        Thread(target=self._work, name="outbox", daemon=False).start()

    def drain(self) -> int:
        """Do all jobs now, in this thread; return their number."""
        done = 0
        while job := self._take():
            done += 1
            try:
                job()
            except Exception as error:  # noqa: BLE001 (the next jobs are other people's)
                # Its text may hold addresses.
                _logger.error("mail_failed: %s", type(error).__name__)  # noqa: TRY400
        return done

    def _take(self) -> Callable[[], None] | None:
        with self._lock:
            if self._jobs:
                return self._jobs.popleft()
            self._is_running = False
            return None

    def _work(self) -> None:
        try:
            self.drain()
        finally:
            connections.close_all()


outbox = Outbox()
