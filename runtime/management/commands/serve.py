from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from runtime.address import AddressError, NoPortError, find_address
from runtime.command import ProjectCommand, UsageError
from runtime.live import LiveProbe
from runtime.machine import count_cores, read_memory
from runtime.production import SOCKET, load_project, run_server
from runtime.server_settings import ServerSettings

logger = logging.getLogger("runtime.serve")


class Command(ProjectCommand):
    help = "Serves the project in production. SERVE_… variables say how; the options win."
    examples = (
        "serve",
        "serve --host 0.0.0.0 --port 8080",
        "serve --workers 2 --threads 8",
        "serve --host unix:/run/service.sock",
    )
    after_interrupt = "Nothing is served."
    # A server process runs those checks that matter to it (config/wsgi.py).
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        known = settings.SERVER
        parser.add_argument(
            "--host", default=known.host, help=f"or {SOCKET}PATH; default: {known.host}"
        )
        parser.add_argument("--port", default=str(known.port), help=f"default: {known.port}")
        parser.add_argument("--workers", type=int, help="default: by the machine")
        parser.add_argument("--threads", type=int, help=f"default: {known.threads}")

    def handle(self, *args: Any, **options: Any) -> None:
        cores, memory = count_cores(), read_memory()
        chosen = read_options(settings.SERVER, options)
        fitted = chosen.fit(cores, memory, settings.HASH_MEMORY_KIB * 1024)
        live = open_live_port(fitted)
        application = load_project()
        logger.info(describe(fitted, cores, memory))
        run_server(fitted, application, live)


def read_options(known: ServerSettings, options: dict[str, Any]) -> ServerSettings:
    """Return the settings with the options that were given."""
    given = {name: options[name] for name in ("workers", "threads") if options[name] is not None}
    if any(not 1 <= number <= 1_000 for number in given.values()):
        raise UsageError("--workers and --threads take a number from 1 to 1000.")
    if options["host"].startswith(SOCKET):
        return replace(known, host=options["host"], **given)
    try:
        address = find_address(options["host"], options["port"])
    except NoPortError as error:
        raise UsageError(str(error)) from error
    except AddressError as error:
        raise CommandError(str(error)) from error
    return replace(known, host=address.ip, port=address.port, **given)


def open_live_port(chosen: ServerSettings) -> LiveProbe | None:
    """Take the port of the live probe, if there is to be one; CommandError if it is not free."""
    if not chosen.live_port:
        return None
    is_socket = chosen.host.startswith(SOCKET)
    host = "127.0.0.1" if is_socket else chosen.host
    place = f"Cannot listen for the live probe at {_bracket(host)}:{chosen.live_port}"
    remedy = "Choose another port with SERVE_LIVE_PORT."
    if chosen.live_port == chosen.port and not is_socket:
        raise CommandError(f"{place}: the service itself listens there. {remedy}")
    try:
        return LiveProbe(host, chosen.live_port)
    except OSError as error:
        raise CommandError(f"{place}: {error.strerror}. {remedy}") from error


def describe(chosen: ServerSettings, cores: int, memory: int) -> str:
    """Return what is started, in one line."""
    is_socket = chosen.host.startswith(SOCKET)
    place = chosen.host if is_socket else f"http://{_bracket(chosen.host)}:{chosen.port}"
    return (
        f"Serving at {place} by {chosen.workers} workers with up to {chosen.threads} threads each "
        f"(the machine has {cores} cores and {memory / 2**30:.1f} GB)"
    )


def _bracket(host: str) -> str:
    return f"[{host}]" if ":" in host else host
