"""Django's LOGGING: one line a record on stderr, JSON for machines in production, readable in
development.
"""

from __future__ import annotations

from typing import Any

import structlog


def configure_logging(*, debug: bool) -> dict[str, Any]:
    """Return the entry of the settings.

    Faults, the start-up and the audit only; never bodies or headers.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": _make_formatter(debug=debug)},
        "handlers": {"stderr": {"class": "api_http.outage_log.OutageHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            # Errors of clients belong into the access log.
            "django.request": {"level": "ERROR"},
            "django.security": {"level": "CRITICAL"},
            "auth_core.audit": {"level": "INFO"},
            "runtime.serve": {"level": "INFO"},
        },
    }


def _make_formatter(*, debug: bool) -> dict[str, Any]:
    # Its own tracebacks would show the values of variables, a password among them.
    readable = structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )
    shape = (
        [readable]
        if debug
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    return {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": [
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *shape,
        ],
    }
