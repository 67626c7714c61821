"""The entry point of server processes: `granian --interface wsgi config.wsgi:application`."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application
from django.db import connections

from accounts.older_database import check_older_database
from api_http.request import TolerantRequest
from runtime.memory import release_large_blocks, tune_garbage_collection
from runtime.postgresql.lending import start_lending
from runtime.start_checks import find_faults
from runtime.waits import bound_waits


def refuse_faulty_plugins() -> None:
    """End the process with one message if the plugins cannot work, or if an older version's
    database has not been moved.
    """
    if faults := find_faults(check_older_database(list(connections))):
        raise SystemExit(faults)


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
application.request_class = TolerantRequest
refuse_faulty_plugins()
bound_waits()
start_lending()
release_large_blocks()
tune_garbage_collection()
