"""The counters in the database, for a service without Redis."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Q
from django.utils import timezone

from auth_core.lockout.limits import Verdict, limits_of
from auth_core.models import LoginCounter
from statements.statement import Parameter

# Rows nobody has touched for longer than they count are dropped this many at a time.
PRUNED_AT_ONCE = 100


def concern(account: Parameter, address: Parameter, now: Parameter) -> Exists:
    """Return the condition, for a query, that read() would say more than that a try may be made."""
    failed = Q(key=account, failures__gt=0)
    locked = Q(locked_until__gt=now) & (Q(key=account) | Q(key=address))
    return Exists(LoginCounter.objects.filter(failed | locked))


def read(account: str, address: str) -> Verdict:
    """Say whether a try may be made, without counting it."""
    now = timezone.now()
    counters = {row.key: row for row in LoginCounter.objects.filter(key__in=(account, address))}
    return _judge([*counters.values()], counters.get(account), now)


@transaction.atomic
def reserve(account: str, address: str) -> Verdict:
    """Count a try, unless one has to wait. The rows are locked by the first statement until the transaction ends."""
    now = timezone.now()
    limits = limits_of(account, address)
    rows = [LoginCounter(key=key, touched_at=now) for key in limits]
    LoginCounter.objects.bulk_create(rows, update_conflicts=True, unique_fields=["key"], update_fields=["touched_at"])
    counters = {row.key: row for row in LoginCounter.objects.filter(key__in=limits)}
    verdict = _judge([*counters.values()], counters[account], now)
    if verdict.wait:
        return verdict
    for key, limit in limits.items():
        row = counters[key]
        row.failures = _count(row, now) + 1
        lock = limit.lock_after(row.failures)
        # A lock of no time would still hold for somebody whose clock was read a moment before.
        row.locked_until, row.tried_at = now + lock if lock else None, now
        verdict = Verdict(0, verdict.failures, max(verdict.lock, lock.total_seconds()))
    LoginCounter.objects.bulk_update(counters.values(), ["failures", "locked_until", "tried_at"])
    if counters[account].failures == 1:
        _prune(now)
    return verdict


@transaction.atomic
def forgive(account: str, address: str, *, reserved: bool) -> None:
    """Clear the account's counter, and take the try that turned out right back from the address's."""
    LoginCounter.objects.filter(key=account).update(failures=0, locked_until=None)
    if not reserved:
        return
    row = LoginCounter.objects.select_for_update().filter(key=address).first()
    if row and row.failures:
        row.failures -= 1
        if row.failures < limits_of(account, address)[address].free:
            row.locked_until = None
        row.save(update_fields=["failures", "locked_until"])


def _judge(rows: list[LoginCounter], account: LoginCounter | None, now: datetime) -> Verdict:
    waits = [(row.locked_until - now).total_seconds() for row in rows if row.locked_until]
    return Verdict(max(0, *waits, 0), _count(account, now) if account else 0)


def _count(row: LoginCounter, now: datetime) -> int:
    """Return the failures that still count."""
    memory: timedelta = settings.LOCKOUT_MEMORY
    return row.failures if row.tried_at and row.tried_at > now - memory else 0


def _prune(now: datetime) -> None:
    stale = LoginCounter.objects.filter(touched_at__lt=now - settings.LOCKOUT_MEMORY).values("key")
    LoginCounter.objects.filter(key__in=list(stale.values_list("key", flat=True)[:PRUNED_AT_ONCE])).delete()
