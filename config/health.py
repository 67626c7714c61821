"""Whether this process lives, and whether it can do its work: for load balancers and orchestrators."""

import logging

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from config.problems import ServiceUnavailable, render_exception

# Seconds to wait for the database; probes commonly give up after one to ten.
PATIENCE = 2

logger = logging.getLogger(__name__)


@require_safe
def answer_live(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204)


@require_safe
def answer_ready(request: HttpRequest) -> HttpResponse:
    """Answer 204, or 503 while the database or the cache cannot be used; why is only in the log."""
    try:
        probe_database()
        cache.get("health")
    except Exception:  # whatever it is, the service is not ready, and the probe must get its answer
        logger.warning("Not ready", exc_info=True)
        return render_exception(ServiceUnavailable())
    return HttpResponse(status=204)


def probe_database() -> None:
    """Read a table over a connection of its own: neither a full pool nor a broken request may hold the answer up."""
    probe = connection.copy()
    options = {name: value for name, value in probe.settings_dict["OPTIONS"].items() if name != "pool"}
    patience = {"timeout": PATIENCE} if probe.vendor == "sqlite" else {"connect_timeout": PATIENCE}
    probe.settings_dict["OPTIONS"] = options | patience
    try:
        with probe.cursor() as cursor:
            cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
    finally:
        probe.close()
