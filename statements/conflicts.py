"""Operations that PostgreSQL has undone for another transaction's sake run again.

40001 is a failed serialisation: of a transaction with isolation_level=serializable, or of any in
CockroachDB and YugabyteDB. 40P01 is a deadlock. The same operation will usually succeed.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from time import sleep
from typing import TypeVar

from django.db import OperationalError, connections

Result = TypeVar("Result")
STATES = frozenset({"40001", "40P01"})
# An operation is run so often at most. Then the client gets the 503 that it would get at once.
MOST_RUNS = 6
# Seconds between two runs at most; doubled each time. The others need time to end.
PAUSE = 0.01


def run_again(run: Callable[[], Result], may_run: Callable[[], bool] = lambda: True) -> Result:
    """Return what `run` returns. Run it again after a conflict, if it is all of a transaction.

    `run` must find anew what it needs, and do nothing outside of the database. `may_run` is asked
    after a conflict.
    """
    for number in range(1, MOST_RUNS + 1):
        try:
            return run()
        except OperationalError as error:
            if number == MOST_RUNS or not is_conflict(error) or _is_part() or not may_run():
                raise
        sleep(random.uniform(0, PAUSE * 2**number))  # noqa: S311 (no secret)
    raise AssertionError


def _is_part() -> bool:
    """Return whether there is a transaction around the operation.

    It is undone as a whole, and only its begin can run it again.
    """
    return any(each.in_atomic_block for each in connections.all(initialized_only=True))


def is_conflict(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", None) in STATES
