"""The server process behind `quickstart`: granian, which prints a text once it answers."""

from __future__ import annotations

import signal
import socket
import sys
import webbrowser
from collections.abc import Callable
from functools import partial
from threading import Thread
from time import sleep
from typing import Any

from django.core.servers.basehttp import get_internal_wsgi_application
from django.db import connections
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from runtime.address import Address
from runtime.parking import park_threads

# Seconds that a request may take to end after Ctrl-C.
PATIENCE = 5
# Threads that answer requests. Most of them wait: for passwords to be hashed, or for a connection
# to the database.
THREADS = 64


def serve(
    address: Address, announcement: str, *, listening: Callable[[], None], page: str | None = None
) -> None:
    """Serve the project until SIGINT or SIGTERM, and print `announcement` as soon as it answers.

    `listening` is called once the port is taken. `page` is an address to open in the browser.

    Requests are not logged: granian's access log prints paths decoded, so that a client could write
    lines of its own and control characters to the terminal.
    """
    # The server's process is forked from this one, and a connection must not be used by both.
    for connection in connections.all(initialized_only=True):
        connection.close()
    server = Server(
        "config.wsgi",
        address=address.ip,
        port=address.port,
        interface=Interfaces.WSGI,
        websockets=False,
        blocking_threads=THREADS,
        workers_kill_timeout=PATIENCE,
        # A warning here speaks of tuning, which is no concern of a first start.
        log_level=LogLevels.error,
    )
    if sys.platform != "win32":
        # A closed terminal ends the server; granian would load the project anew and keep the port.
        server.on_startup(partial(signal.signal, signal.SIGHUP, server.signal_handler_interrupt))
    server.on_startup(listening)
    loader = partial(load_application, address, announcement, page)
    server.serve(target_loader=loader, wrap_loader=False)


def load_application(address: Address, announcement: str, page: str | None) -> Callable[..., Any]:
    """The WSGI application, loaded in the process that serves it."""
    leave_signals_to_parent()
    application = get_internal_wsgi_application()
    Thread(target=announce, args=(address, announcement, page), daemon=True).start()
    return park_threads(application)


def leave_signals_to_parent() -> None:
    """Stop by the parent's SIGTERM, at once while still loading.

    A terminal sends Ctrl-C to this process as well. Two signals in a row hung granian's shutdown in
    about a tenth of the trials, until it was killed after PATIENCE.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})


def announce(address: Address, announcement: str, page: str | None) -> None:
    while not answers(address):
        sleep(0.05)
    sys.stdout.write(announcement)
    sys.stdout.flush()
    if page and not webbrowser.open(page):
        sys.stderr.write(f"No browser could be opened: open {page} yourself.\n")


def answers(address: Address) -> bool:
    try:
        socket.create_connection((address.ip, address.port), timeout=1).close()
    except OSError:
        return False
    return True
