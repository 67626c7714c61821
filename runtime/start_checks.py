"""The system checks that a server process runs at its start.

Management commands run all checks themselves. A server runs these only, which takes milliseconds:
with half a plugin, or with a filter of rows that is not asked, it would give wrong answers, perhaps
to strangers.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from django.core.checks import CheckMessage, run_checks
from django.core.exceptions import ImproperlyConfigured, MiddlewareNotUsed

logger = logging.getLogger("runtime")

# The tags of auth_core and the providers, of api_http, and of entity_api.
TAGS = ("auth_plugins", "api", "entity_api")


def find_faults(more: Iterable[CheckMessage] = ()) -> str:
    """Return the errors of the checks as one text, empty without any. Log a line for each warning.

    `more` are the messages of further checks.
    """
    found = [*run_checks(tags=list(TAGS)), *more]
    messages = [message for message in found if not message.is_silenced()]
    if faults := [message for message in messages if message.is_serious()]:
        return "\n".join(("The service does not start:", *map(_describe, faults)))
    for message in messages:
        logger.warning("%s (%s)", message.msg, message.id)
    return ""


def _describe(message: CheckMessage) -> str:
    return f"  ({message.id}) {message.msg} {message.hint or ''}".rstrip()


class StartChecks:
    """A middleware that runs the checks when the process makes its handler, and no request passes.

    So they run under every server of WSGI or ASGI. Raises ImproperlyConfigured.
    """

    def __init__(self, get_response: Callable[..., Any]) -> None:
        if faults := find_faults():
            raise ImproperlyConfigured(faults)
        raise MiddlewareNotUsed
