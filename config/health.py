"""Whether this process lives, and whether it can do its work: for load balancers and orchestrators."""

import logging

from django.core.cache import cache
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from config.problems import ServiceUnavailable, render_exception

logger = logging.getLogger(__name__)


@require_safe
def answer_live(request: HttpRequest) -> HttpResponse:
    return _answer_well()


@require_safe
def answer_ready(request: HttpRequest) -> HttpResponse:
    """Answer 204, or 503 while the database or the cache cannot be used; why is only in the log."""
    try:
        read_table(connection)
        cache.get("health")
    except Exception:  # whatever it is, the service is not ready, and the probe must get its answer
        logger.warning("Not ready", exc_info=True)
        return render_exception(ServiceUnavailable())
    return _answer_well()


def _answer_well() -> HttpResponse:
    response = HttpResponse(status=204)
    del response["Content-Type"]
    return response


def read_table(database: BaseDatabaseWrapper) -> None:
    with database.cursor() as cursor:
        cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
