"""The rounds: every server in turn at a scenario, again and again; a pass of a slow machine is done
anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import cycle

from benchmarks import data
from benchmarks.exchange import send
from benchmarks.figures import Measurement, Pass, choose_passes, keep_fast, percentile
from benchmarks.load import WrongAnswerError, run_load
from benchmarks.participants import Participant
from benchmarks.postgres import subtract
from benchmarks.scenarios import Entry, Scenario, count_rows
from benchmarks.spin import Clock

WARM_UP = 0.4
# Rounds at most, for each that is wanted.
MOST = 3


class Rounds:
    """Passes of each scenario, measured on running servers."""

    def __init__(
        self, participants: Mapping[str, Participant], clock: Clock, seconds: float
    ) -> None:
        self.participants = participants
        self.clock = clock
        self.seconds = seconds

    def run_all(
        self,
        scenarios: Sequence[Scenario],
        wanted: int,
        may_repeat: Callable[[], bool],
        report: Callable[[str], None],
    ) -> dict[str, list[Pass]]:
        """Return the passes of each scenario; so many that count, while there is time to repeat
        those that do not.
        """
        passes: dict[str, list[Pass]] = {scenario.name: [] for scenario in scenarios}
        for number in range(1, MOST * wanted + 1):
            for scenario in scenarios:
                done = passes[scenario.name]
                if len(done) < wanted or (self.lacks(done, wanted) and may_repeat()):
                    report(f"Round {number}: {scenario.title}")
                    done.append(self.run_pass(scenario))
        return passes

    def lacks(self, passes: Sequence[Pass], wanted: int) -> bool:
        return len(keep_fast(passes, self.clock.best)) < wanted

    def choose(self, passes: Sequence[Pass], wanted: int) -> list[Pass]:
        return choose_passes(passes, self.clock.best, wanted)

    def run_pass(self, scenario: Scenario) -> Pass:
        """Measure each entry whose participant is there, with the fixed loop before and after."""
        spins = [self.clock.read()]
        measurements = {}
        for entry in scenario.entries:
            if participant := self.participants.get(entry.participant):
                try:
                    measurements[entry.label] = self.measure(scenario, entry, participant)
                except WrongAnswerError as error:
                    raise WrongAnswerError(f"{scenario.title}, {entry.label}: {error}") from None
                spins.append(self.clock.read())
        if scenario.writes:
            data.remove_made({participant.database for participant in self.participants.values()})
        return Pass(max(spins), measurements)

    def measure(self, scenario: Scenario, entry: Entry, participant: Participant) -> Measurement:
        written = entry.write(participant)
        check_answer(scenario, participant, written[0], entry.rows or scenario.rows)
        requests = cycle(written)
        run_load(participant.port, requests, scenario.status, entry.connections, WARM_UP)
        return measure_load(participant, requests, scenario.status, entry.connections, self.seconds)


def measure_load(
    participant: Participant,
    requests: Iterator[bytes],
    status: str,
    connections: int,
    seconds: float,
) -> Measurement:
    """Drive the server, and read before and after what its processes and its database's have cost."""
    cpu, database = participant.server.cpu_seconds(), participant.backends.cpu_seconds()
    sample = run_load(participant.port, requests, status, connections, seconds)
    answers = len(sample.latencies)
    return Measurement(
        rate=sample.rate,
        p50=percentile(sample.latencies, 0.5),
        p99=percentile(sample.latencies, 0.99),
        cpu=(participant.server.cpu_seconds() - cpu) / answers,
        database_cpu=subtract(participant.backends.cpu_seconds(), database) / answers,
        memory=participant.server.memory(),
    )


def check_answer(scenario: Scenario, participant: Participant, request: bytes, rows: int) -> None:
    """Look at one answer whole: the load looks only at the status."""
    status, _, body = send(participant.port, request)
    if str(status) != scenario.status or (rows and count_rows(body) != rows):
        raise WrongAnswerError(
            f"an answer {status} that is not what was asked for: {str(body)[:300]}"
        )
