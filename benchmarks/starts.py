"""How long the service takes from the command to the first answer, and `manage.py check`."""

from __future__ import annotations

from contextlib import suppress
from time import perf_counter, sleep

from benchmarks.exchange import send, write_request
from benchmarks.figures import Spread, summarize
from benchmarks.participants import ROOT, Participant
from benchmarks.servers import START_PATIENCE, ServerError, find_free_port, run_command, run_server
from benchmarks.setting import RUN, Setting


def time_starts(setting: Setting, participant: Participant, count: int) -> tuple[Spread, Spread]:
    """Return the seconds of starts, and those of CPU that one worker needed for it."""
    seconds, cpu = zip(*(time_start(setting, participant) for _ in range(count)), strict=True)
    return summarize(seconds), summarize(cpu)


def time_start(setting: Setting, participant: Participant) -> tuple[float, float]:
    """Return the seconds until a server of its own has answered a list, and those of CPU of a
    worker.
    """
    request = write_request("GET", "/api/customers?take=20", participant.bearer)
    port = find_free_port()
    command = setting.serve_service(port)
    started = perf_counter()
    environment = setting.environment(participant.database)
    with run_server(command, port, ROOT, environment, setting.directory / "start.log") as server:
        while perf_counter() - started < START_PATIENCE:
            with suppress(OSError):
                if send(port, request)[0] == 200:
                    return perf_counter() - started, server.greatest_cpu_seconds()
            sleep(0.005)
    raise ServerError(f"the service gives no answer within {START_PATIENCE:.0f} s of its start")


def time_checks(setting: Setting, participant: Participant, count: int) -> Spread:
    return summarize([time_check(setting, participant) for _ in range(count)])


def time_check(setting: Setting, participant: Participant) -> float:
    started = perf_counter()
    run_command([*RUN, "manage.py", "check"], ROOT, setting.environment(participant.database))
    return perf_counter() - started
