"""The server behind `manage.py serve`: granian, whose workers are forked from a loaded project."""

from __future__ import annotations

import logging
import multiprocessing
import os
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Timer
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.core.servers.basehttp import get_internal_wsgi_application
from django.db import connections
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from runtime.live import LiveProbe
from runtime.metrics.families import numbers, publish_gauges
from runtime.metrics.process import worker_starts
from runtime.parking import park_threads
from runtime.server import leave_signals_to_parent
from runtime.server_settings import ServerSettings
from runtime.stopping import begin_stopping
from runtime.tracing import refuse_missing_packages, start_tracing

SOCKET = "unix:"
# Granian's log lines are records like all others.
_LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "loggers": {"_granian": {"handlers": [], "propagate": True}},
}


class ProductionServer(Server):  # type: ignore[misc, valid-type]  # (chosen by granian for this Python)
    """Granian with a time between the order to stop and the end of its socket.

    In this time readiness is 503 and requests are answered, so that load balancers turn away first.
    """

    stop_delay = timedelta(0)
    live: LiveProbe | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # By worker, how many times it was started again.
        self._spawned: dict[int, int] = {}

    def startup(self, *args: Any) -> None:
        super().startup(*args)
        # The workers were forked without this thread.
        if self.live:
            self.live.start()

    def signal_handler_interrupt(self, *_: object) -> None:
        """Stop after the delay. A second signal stops at once."""
        if self.stop_delay and not self.is_told_to_stop:
            self.is_told_to_stop = True
            begin_stopping()
            timer = Timer(self.stop_delay.total_seconds(), super().signal_handler_interrupt)
            timer.daemon = True
            timer.start()
            return
        begin_stopping()
        super().signal_handler_interrupt()

    is_told_to_stop = False

    def _spawn_worker(self, idx: int, target: Any, callback_loader: Any) -> Any:
        """Give each worker a slot of its own for its numbers, other than that of the worker that it
        replaces.
        """
        spawned = self._spawned[idx] = self._spawned.get(idx, -1) + 1
        loader = partial(_start_worker, callback_loader, 2 * idx + spawned % 2)
        return super()._spawn_worker(idx, target, loader)


def load_project() -> Callable[..., Any]:
    """Return the WSGI application, checked and loaded. Raises SystemExit with the faults.

    Workers are forked afterwards. They start in no time, share this memory, and cannot fail for a
    wrong setting.
    """
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        refuse_missing_packages()
    application: Callable[..., Any] = get_internal_wsgi_application()
    # A connection must not be used by two processes.
    connections.close_all()
    caches.close_all()
    return application


def run_server(
    chosen: ServerSettings, application: Callable[..., Any], live: LiveProbe | None
) -> None:
    """Serve until SIGINT or SIGTERM. SIGHUP replaces the workers, one after the other."""
    if hasattr(os, "fork"):
        multiprocessing.set_start_method("fork", force=True)
    server = ProductionServer(
        "config.wsgi",
        **_name_place(chosen),
        interface=Interfaces.WSGI,
        websockets=False,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=int(chosen.connection_timeout.total_seconds() * 1000)
        ),
        workers=chosen.workers,
        blocking_threads=chosen.threads,
        blocking_threads_idle_timeout=int(chosen.thread_timeout.total_seconds()),
        backpressure=chosen.backpressure,
        respawn_failed_workers=chosen.respawn,
        workers_kill_timeout=int(chosen.stop_timeout.total_seconds()),
        log_level=LogLevels.warning,
        log_dictconfig=_LOGGING,
    )
    server.stop_delay = chosen.stop_delay
    server.live = live
    logging.getLogger("_granian").addFilter(_is_no_advice)
    loader = partial(_return, park_threads(application))
    server.serve(target_loader=loader, wrap_loader=False)


def _name_place(chosen: ServerSettings) -> dict[str, Any]:
    if chosen.host.startswith(SOCKET):
        return {"uds": Path(chosen.host.removeprefix(SOCKET))}
    return {"address": chosen.host, "port": chosen.port}


def _return(application: Callable[..., Any]) -> Callable[..., Any]:
    return application


def _start_worker(load: Callable[[], Callable[..., Any]], slot: int) -> Callable[..., Any]:
    leave_signals_to_parent()
    numbers.take_slot(slot)
    worker_starts.count()
    publish_gauges()
    if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        start_tracing()
    return load()


def _is_no_advice(record: logging.LogRecord) -> bool:
    """Whether a record of granian is more than advice on the number of threads.

    Most of ours wait.
    """
    return not record.getMessage().startswith("Configuration allows spawning")
