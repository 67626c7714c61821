"""The counters in the database, for a service without Redis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connections, router, transaction
from django.db.models import CharField, Exists, Q
from django.utils import timezone

from auth_core.expiring_set import ExpiringSet
from auth_core.lockout.limits import LockState, limits_of
from auth_core.models import LoginCounter
from statements.conflicts import run_again
from statements.parameters import Parameter
from statements.statement import Statement, run_statement

# Rows that count no longer are dropped, this many at a time and so often by each process.
PRUNED_AT_ONCE = 100
PRUNED_EVERY = 10
pruned = ExpiringSet(PRUNED_EVERY)

# Each login writes twice, and Django takes longer to make an UPDATE than the database to carry it
# out.
_TABLE = LoginCounter._meta.db_table
_TOUCH = f"""INSERT INTO {_TABLE} ("key", failures, touched_at) VALUES (%s, 0, %s), (%s, 0, %s)
ON CONFLICT ("key") DO UPDATE SET touched_at = excluded.touched_at"""  # noqa: S608 (nothing in it is from outside)
_COUNT = f"""INSERT INTO {_TABLE} ("key", failures, locked_until, tried_at, touched_at)
VALUES (%s, %s, %s, %s, %s), (%s, %s, %s, %s, %s) ON CONFLICT ("key") DO UPDATE
SET failures = excluded.failures, locked_until = excluded.locked_until,
tried_at = excluded.tried_at"""  # noqa: S608
_CLEAR = f'UPDATE {_TABLE} SET failures = 0, locked_until = NULL WHERE "key" = %s'  # noqa: S608
_TAKE_BACK = f"""UPDATE {_TABLE} SET failures = failures - 1,
locked_until = CASE WHEN failures <= %s THEN NULL ELSE locked_until END
WHERE "key" = %s AND failures > 0"""  # noqa: S608
_either = Q(key=Parameter("account", CharField())) | Q(key=Parameter("address", CharField()))
_rows = Statement(
    LoginCounter.objects.filter(_either).values_list("key", "failures", "locked_until", "tried_at")
)


class _Counter(NamedTuple):
    failures: int
    locked_until: datetime | None
    tried_at: datetime | None

    def count(self, now: datetime) -> int:
        """Return the failures that still count."""
        memory: timedelta = settings.LOCKOUT_MEMORY
        return self.failures if self.tried_at and self.tried_at > now - memory else 0


def concern(account: Parameter, address: Parameter, now: Parameter) -> Exists:
    """Return a condition for queries: the account has failures or a lock."""
    failed = Q(key=account, failures__gt=0)
    locked = Q(locked_until__gt=now) & (Q(key=account) | Q(key=address))
    return Exists(LoginCounter.objects.filter(failed | locked))


def read(account: str, address: str) -> LockState:
    """Return whether a try may be made, without counting it."""
    return _judge(_find(account, address), account, timezone.now())


def count_failure(account: str, address: str) -> LockState:
    """Count a try, unless it has to wait.

    The rows are locked by the first statement until the transaction ends.
    """
    return run_again(partial(_count, account, address, timezone.now()))


def _count(account: str, address: str, now: datetime) -> LockState:
    with _write_soon():
        state = _count_try(account, address, now)
        if not state.wait and not state.failures and pruned.add("counters"):
            _prune(now)
    return state


def _count_try(account: str, address: str, now: datetime) -> LockState:
    limits = limits_of(account, address)
    _execute(_TOUCH, *chain(*((key, now) for key in limits)))
    counters = _find(account, address)
    state = _judge(counters, account, now)
    if state.wait:
        return state
    failures = {key: counters[key].count(now) + 1 for key in limits}
    locks = {key: limit.lock_after(failures[key]) for key, limit in limits.items()}
    # A lock of no time would still hold for a process that read its clock a moment before.
    rows = [
        (key, failures[key], now + lock if lock else None, now, now) for key, lock in locks.items()
    ]
    _execute(_COUNT, *chain(*rows))
    return LockState(0, state.failures, max(locks.values()).total_seconds())


def clear_failures(account: str, address: str, *, counted: bool) -> None:
    """Clear the account's counter, and take the right try back from the address's counter."""
    run_again(partial(_clear_both, account, address, counted=counted))


def _clear_both(account: str, address: str, *, counted: bool) -> None:
    with _write_soon():
        # In the order in which count_failure() locks them.
        if counted:
            _execute(_TAKE_BACK, limits_of(account, address)[address].free, address)
        _execute(_CLEAR, account)


def list_waits(keys: Sequence[str]) -> dict[str, float]:
    """Return the seconds of the locks of these counters."""
    now = timezone.now()
    rows = LoginCounter.objects.filter(key__in=keys, locked_until__gt=now)
    found = rows.values_list("key", "locked_until")
    return {key: (until - now).total_seconds() for key, until in found if until}


def clear(key: str) -> bool:
    """Forget the failures of a counter; return whether there were any."""
    rows = LoginCounter.objects.filter(key=key, failures__gt=0)
    return bool(rows.update(failures=0, locked_until=None))


def clear_all() -> int:
    """Forget all failures; return the number of counters that had some."""
    return LoginCounter.objects.filter(failures__gt=0).update(failures=0, locked_until=None)


@contextmanager
def _write_soon() -> Iterator[None]:
    """Open a transaction that does not wait for the disk: two of these for each login took longer
    than all the rest.

    All processes see the counts at once. If PostgreSQL crashes, the counts of the last half second
    are lost.
    """
    using = router.db_for_write(LoginCounter)
    is_longer = connections[using].in_atomic_block
    with transaction.atomic(using):
        # A transaction that does more than count waits as ever.
        if connections[using].vendor == "postgresql" and not is_longer:
            _execute("SET LOCAL synchronous_commit TO off")
        yield


def _execute(sql: str, *values: Any) -> None:
    connection = connections[router.db_for_write(LoginCounter)]
    adapt = connection.ops.adapt_datetimefield_value
    run_statement(
        connection,
        sql,
        [adapt(value) if isinstance(value, datetime) else value for value in values],
    )


def _find(account: str, address: str) -> Mapping[str, _Counter]:
    return {key: _Counter(*facts) for key, *facts in _rows.fetch(account=account, address=address)}


def _judge(counters: Mapping[str, _Counter], account: str, now: datetime) -> LockState:
    waits = [
        (each.locked_until - now).total_seconds() for each in counters.values() if each.locked_until
    ]
    return LockState(max(0, *waits, 0), counters[account].count(now) if account in counters else 0)


def _prune(now: datetime) -> None:
    stale = LoginCounter.objects.filter(touched_at__lt=now - settings.LOCKOUT_MEMORY).values("key")
    LoginCounter.objects.filter(
        key__in=list(stale.values_list("key", flat=True)[:PRUNED_AT_ONCE])
    ).delete()
