"""The memory of a worker after many requests of every kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import chain, cycle, islice
from time import perf_counter

from benchmarks import scenarios
from benchmarks.load import run_load
from benchmarks.participants import ROOT, Participant
from benchmarks.scenarios import CONNECTIONS
from benchmarks.servers import find_free_port, run_server
from benchmarks.setting import RUN, Setting

WANTED = 100_000
STEP = 5_000
LONGEST = 300.0
WRITERS = (
    scenarios.write_list, scenarios.write_reads, scenarios.write_updates, scenarios.write_address_query,
    scenarios.write_basic_list,
)  # fmt: skip


def measure_memory(
    setting: Setting, participant: Participant, seconds: float, report: Callable[[str], None]
) -> list[tuple[int, float]]:
    """Return pairs of the requests that one worker has answered and its MB, from a server of its
    own.

    It ends with the wanted number of requests, or with the seconds.
    """
    alone = replace(setting, workers=1)
    port = find_free_port()
    command = [*RUN, *alone.serve("config.wsgi:application", port)]
    environment = setting.environment(participant.database)
    requests = mix(participant)
    with run_server(
        command, port, ROOT, environment, setting.directory / "endurance.log"
    ) as server:
        server.wait()
        readings, deadline = [(0, server.memory())], perf_counter() + seconds
        while readings[-1][0] < WANTED and perf_counter() < deadline:
            run_load(port, islice(requests, STEP), "200", CONNECTIONS, LONGEST)
            readings.append((readings[-1][0] + STEP, server.memory()))
            report(f"Memory: {readings[-1][1]:.0f} MB after {readings[-1][0]:,} requests")
    return readings


def mix(participant: Participant) -> cycle[bytes]:
    """Return requests of each kind in turn, without an end."""
    written = [cycle(write(participant)) for write in WRITERS]
    turns = scenarios.VARIETY
    return cycle(
        list(chain.from_iterable(zip(*(islice(each, turns) for each in written), strict=True)))
    )
