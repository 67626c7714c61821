"""The operations that read may read from a replica of the database (runtime/replica.py)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib.auth import get_user_model
from django.db import DatabaseError, InterfaceError
from rest_framework.permissions import SAFE_METHODS

from api_http.outages import is_outage
from entity_api.description.registry import VIEWSETS
from runtime.replica import ReplicaReading, has_router, replica

if TYPE_CHECKING:
    from entity_api.hooks import EntityHooks

Found = TypeVar("Found")
# Set on a request that is not as its method suggests: GraphQL sends queries with POST.
ONLY_READS = "only_reads"
# Set on a request: its reading from the replica; `None` if the primary answers it.
_KEPT = "replica_reading"
# PostgreSQL's query_canceled: it took too long, and would do so on the primary.
_CANCELED = "57014"


def read_from_replica(view: EntityHooks, read: Callable[[], Found]) -> Found:
    """Return what `read` reads: from the replica, or from the primary where that fails.

    It may run twice, so it must change nothing.
    """
    reading = find_reading(view.request)
    if reading is None or not reading.is_open:
        return read()
    try:
        with reading.begin():
            return read()
    except (DatabaseError, InterfaceError) as error:
        if not is_outage(error) or getattr(error.__cause__, "sqlstate", "") == _CANCELED:
            raise
        reading.is_open = False
        replica.note_failure(error)
    return read()


def find_reading(request: Any) -> ReplicaReading | None:
    """Return the request's reading from the replica; `None` if the primary answers it.

    It is decided once for a request, as the replica never goes back.
    """
    kept = vars(request)
    if _KEPT not in kept:
        only_reads = kept.get(ONLY_READS, request.method in SAFE_METHODS)
        may_read = only_reads and has_router() and replica.has_caught_up()
        kept[_KEPT] = ReplicaReading(list_models()) if may_read else None
    found: ReplicaReading | None = kept[_KEPT]
    return found


def list_models() -> frozenset[Any]:
    """Return the models that are read from the replica. Users decide on access, so they are not
    among them.
    """
    return frozenset(VIEWSETS) - {get_user_model()}
