"""What an operator wants to know of an installation: each finding has its remedy.

An app adds its own findings by a method `diagnose()` of its AppConfig, which returns some.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

import django
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.core.checks import run_checks
from django.db import connection, connections
from django.utils import timezone

from api_http.limits.counting import find_buckets, local_buckets
from api_http.readiness import can_use_cache, can_write_database, find_missing_migrations
from runtime.replica import ALIAS, replica

# Seconds. Tokens take a difference of 60 s between two machines (WIRE: `iat`, `nbf`). Half of it
# leaves time to set a clock right.
CLOCK_TOLERANCE = 30
# Seconds for one round trip. A request makes two to four of them.
SLOW = 0.02
ROUND_TRIPS = 5
TIMEOUTS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


@dataclass(frozen=True)
class Finding:
    """What was looked at, whether it is in order, and what to do if it is not."""

    check: str
    ok: bool
    detail: str
    remedy: str = ""


def diagnose_service() -> list[Finding]:
    """Return the findings about versions, database, cache, settings and the installed apps.

    A part that cannot be reached is a finding. No finding has a secret in it.
    """
    findings = [*_diagnose_versions(), *_diagnose_database(), *_diagnose_cache()]
    findings += _diagnose_limits()
    for config in apps.get_app_configs():
        diagnose: Callable[[], Iterable[Finding]] | None = getattr(config, "diagnose", None)
        findings += diagnose() if diagnose else ()
    return [*findings, *_diagnose_settings()]


def _diagnose_versions() -> Iterator[Finding]:
    detail = f"Python {platform.python_version()}, Django {django.get_version()}"
    yield Finding("versions", ok=True, detail=detail)


def _diagnose_database() -> Iterator[Finding]:
    remedy = "Start the database, or set DATABASE_URL right."
    name = connection.vendor
    try:
        took = _measure(partial(_ask, "SELECT 1"))
    except Exception as error:  # noqa: BLE001 (any fault is the finding)
        yield Finding("database", ok=False, detail=_read_reason(error), remedy=remedy)
        return
    slow = "Bring the service and its database closer together, or find what keeps it busy."
    detail = f"{name}, {took * 1000:.1f} ms for a round trip"
    yield Finding("database", took < SLOW, detail, slow)
    yield from _try("database writes", _diagnose_writes)
    yield from _try("migrations", _diagnose_migrations)
    if name == "postgresql":
        yield from _try("database timeouts", _diagnose_timeouts)
        yield from _try("database indexes", _diagnose_indexes)
        yield from _try("clock", _diagnose_clock)
        if ALIAS in connections.settings:
            yield from _try("replica", _diagnose_replica)


def _diagnose_writes() -> Finding:
    remedy = "Connect to the primary, free space on its disk, or give the role the right to write."
    works = can_write_database()
    return Finding("database writes", works, "takes writes" if works else "read-only", remedy)


def _diagnose_migrations() -> Finding:
    remedy = "Run manage.py migrate."
    if "django_migrations" not in connection.introspection.table_names():
        return Finding("migrations", ok=False, detail="the database has no tables", remedy=remedy)
    missing = sorted(".".join(key) for key in find_missing_migrations())
    detail = f"missing: {', '.join(missing)}" if missing else "all applied"
    return Finding("migrations", not missing, detail, remedy)


def _diagnose_timeouts() -> Finding:
    # Server processes set theirs, and commands do not: `migrate` may take an hour.
    given = settings.DATABASE_WAITS.list_settings()
    values = {
        name: f"{given[name]}ms" if name in given else str(_ask(f"SHOW {name}"))
        for name in TIMEOUTS
    }
    detail = ", ".join(f"{name} {value}" for name, value in values.items())
    remedy = "Set the DATABASE_…_TIMEOUT variables: without a bound one lock can stop all requests."
    return Finding("database timeouts", "0" not in values.values(), detail, remedy)


def _diagnose_indexes() -> Finding:
    count = _ask("SELECT count(*) FROM pg_index WHERE NOT indisvalid")
    detail = f"{count} cannot be used" if count else "all can be used"
    return Finding("database indexes", not count, detail, "Run REINDEX DATABASE CONCURRENTLY.")


def _diagnose_replica() -> Finding:
    works = replica.has_caught_up()
    detail = "has all that the primary has" if works else f"it {replica.trouble or 'is not read'}"
    remedy = "Let DATABASE_REPLICA_URL lead to a standby that streams from the primary."
    return Finding("replica", works, detail, remedy)


def _diagnose_clock() -> Finding:
    apart = abs((_ask("SELECT clock_timestamp()") - timezone.now()).total_seconds())
    remedy = "Run an NTP service on this machine and on the database's."
    detail = f"{apart:.1f} s from the database's"
    return Finding("clock", apart < CLOCK_TOLERANCE, detail, remedy)


def _diagnose_cache() -> Iterator[Finding]:
    name = settings.CACHES["default"]["BACKEND"].rsplit(".", 1)[-1]
    remedy = "Start Redis, free its memory, or set REDIS_URL right."
    try:
        can_use_cache()
        took = _measure(partial(cache.get, "ready"))
    except Exception as error:  # noqa: BLE001 (any fault is the finding)
        yield Finding("cache", ok=False, detail=_read_reason(error), remedy=remedy)
        return
    yield Finding("cache", took < SLOW, f"{name}, {took * 1000:.1f} ms for a round trip", remedy)


def _diagnose_limits() -> Iterator[Finding]:
    names = {"THROTTLE_ANONYMOUS": "anonymous addresses", "THROTTLE_REFRESH": "refreshes"}
    rates = {text: getattr(settings, name, None) for name, text in names.items()}
    given = [f"{text} {rate}" for text, rate in rates.items() if rate]
    place = "in each process" if find_buckets() is local_buckets else "in Redis"
    detail = f"{', '.join(given)}, counted {place}" if given else "off"
    yield Finding("limits", ok=True, detail=detail)


def _diagnose_settings() -> Iterator[Finding]:
    remedy = "Set DEBUG=false, SECRET_KEY and ALLOWED_HOSTS for a service that others can reach."
    detail = "on: for development only" if settings.DEBUG else "off"
    yield Finding("DEBUG", not settings.DEBUG, detail, remedy)
    found = run_checks(include_deployment_checks=not settings.DEBUG, databases=[*connections])
    faults = [fault for fault in found if not fault.is_silenced()]
    for fault in faults:
        detail = str(fault.msg)
        yield Finding(str(fault.id), ok=False, detail=detail, remedy=str(fault.hint or ""))
    if not faults:
        yield Finding("checks", ok=True, detail="manage.py check finds nothing")


def _try(name: str, diagnose: Callable[[], Finding]) -> Iterator[Finding]:
    try:
        yield diagnose()
    except Exception as error:  # noqa: BLE001 (any fault is the finding)
        yield Finding(name, ok=False, detail=_read_reason(error), remedy="See the database's log.")


def _read_reason(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__


def _ask(query: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def _measure(run: Callable[[], object]) -> float:
    """Return the seconds of one run: the median of several, after a run that connects."""
    run()
    times = []
    for _ in range(ROUND_TRIPS):
        start = perf_counter()
        run()
        times.append(perf_counter() - start)
    return median(times)
