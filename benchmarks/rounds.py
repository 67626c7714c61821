"""The rounds: every server in turn at a scenario, again and again; a pass of a slow machine is done anew."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

import uvloop

from benchmarks.figures import Measurement, Pass, choose_passes, keep_fast, percentile
from benchmarks.load import Sample, WrongAnswerError, drive
from benchmarks.participants import Participant
from benchmarks.postgres import subtract
from benchmarks.scenarios import Scenario
from benchmarks.spin import Clock

WARM_UP = 0.4


class Rounds:
    """Passes of each scenario, so many that count, with at most so many in all."""

    def __init__(
        self,
        participants: Mapping[str, Participant],
        clock: Clock,
        rows: int,
        seconds: float,
        tell: Callable[[str], None],
    ) -> None:
        self.participants = participants
        self.clock = clock
        self.rows = rows
        self.seconds = seconds
        self.tell = tell
        self.best = clock.read()

    def read_clock(self) -> float:
        spin = self.clock.read()
        self.best = min(self.best, spin)
        return spin

    def run_all(self, scenarios: Sequence[Scenario], wanted: int, spare: int) -> dict[str, list[Pass]]:
        """Return the passes of each scenario that count: so many, from at most `spare` more."""
        passes: dict[str, list[Pass]] = {scenario.name: [] for scenario in scenarios}
        for number in range(1, wanted + spare + 1):
            for scenario in scenarios:
                done = passes[scenario.name]
                if len(keep_fast(done, self.best)) < wanted:
                    self.tell(f"round {number}: {scenario.title}")
                    done.append(self.run_pass(scenario))
        return {name: choose_passes(done, self.best, wanted) for name, done in passes.items()}

    def run_pass(self, scenario: Scenario) -> Pass:
        """Measure each participant of the scenario once, with the fixed loop before and after each."""
        spins = [self.read_clock()]
        measurements = {}
        for name in scenario.names:
            if participant := self.participants.get(name):
                measurements[name] = self.measure(scenario, participant)
                spins.append(self.read_clock())
        return Pass(max(spins), measurements)

    def measure(self, scenario: Scenario, participant: Participant) -> Measurement:
        requests = scenario.requests(participant, self.rows)
        connections = scenario.connections(participant.name)
        self.run(participant, drive(participant.port, requests, scenario.status, connections, WARM_UP))
        cpu, database = participant.server.cpu_seconds(), participant.backends.cpu_seconds()
        load = drive(participant.port, requests, scenario.status, connections, self.seconds)
        sample = self.run(participant, load)
        answers = len(sample.latencies)
        return Measurement(
            rate=sample.rate,
            p50=percentile(sample.latencies, 0.5),
            p99=percentile(sample.latencies, 0.99),
            cpu=(participant.server.cpu_seconds() - cpu) / answers,
            database_cpu=subtract(participant.backends.cpu_seconds(), database) / answers,
            memory=participant.server.memory(),
        )

    def run(self, participant: Participant, load: Coroutine[Any, Any, Sample]) -> Sample:
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                return runner.run(load)
        except WrongAnswerError as error:
            raise WrongAnswerError(f"{participant.name}: {error}") from None
