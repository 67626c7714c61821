"""The entry point of server processes: `granian --interface wsgi config.wsgi:application`."""

from __future__ import annotations

import logging
import os

from django.core.checks import CheckMessage, run_checks
from django.core.wsgi import get_wsgi_application
from django.db import connections

from accounts.older_database import check_older_database
from accounts.plugin_checks import PLUGINS
from api_http.apps import TAG as API
from api_http.request import TolerantRequest
from entity_api.apps import TAG as ENTITIES
from runtime.memory import release_large_blocks, tune_garbage_collection
from runtime.postgresql.lending import start_lending
from runtime.waits import bound_waits

logger = logging.getLogger("config")


def refuse_faulty_plugins() -> None:
    """End the process with one message if the plugins cannot work; log one line for each warning.

    Management commands run all system checks themselves. A server runs these only, which takes
    milliseconds: with half a plugin, or with a filter of rows that is not asked, it would give
    wrong answers, perhaps to strangers.
    """
    found = [*run_checks(tags=[PLUGINS, API, ENTITIES]), *check_older_database(list(connections))]
    messages = [message for message in found if not message.is_silenced()]
    if faults := [message for message in messages if message.is_serious()]:
        raise SystemExit("\n".join(("The service does not start:", *map(_describe, faults))))
    for message in messages:
        logger.warning("%s (%s)", message.msg, message.id)


def _describe(message: CheckMessage) -> str:
    return f"  ({message.id}) {message.msg} {message.hint or ''}".rstrip()


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
application.request_class = TolerantRequest
refuse_faulty_plugins()
bound_waits()
start_lending()
release_large_blocks()
tune_garbage_collection()
