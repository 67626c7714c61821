"""The order of events of a run, within its time."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from time import perf_counter

from benchmarks import summary
from benchmarks.endurance import measure_memory
from benchmarks.figures import Pass
from benchmarks.logins import run_burst, time_logins
from benchmarks.participants import SERVICE, Participant
from benchmarks.plot import draw_rates
from benchmarks.report import write_scenario, write_table
from benchmarks.rounds import Rounds
from benchmarks.scenarios import SCENARIOS
from benchmarks.setting import Setting
from benchmarks.spin import Clock
from benchmarks.starts import time_checks, time_starts

LOGIN, BURST, START, MEMORY = "login", "burst", "start", "memory"
PARTS = (*(scenario.name for scenario in SCENARIOS), LOGIN, BURST, START, MEMORY)
# Seconds into a run from which on a pass of a slow machine is not repeated, and after which the
# memory's part ends.
REPEATS_END, MEMORY_ENDS = 260.0, 510.0
QUICK_REPEATS_END, QUICK_MEMORY_ENDS = 60.0, 90.0


class Course:
    """Runs the parts that were asked for and writes their tables."""

    def __init__(
        self,
        arguments: argparse.Namespace,
        setting: Setting,
        participants: Mapping[str, Participant],
        clock: Clock,
        report: Callable[[str], None],
    ) -> None:
        self.started = perf_counter()
        self.parts = set(arguments.only)
        self.quick = arguments.quick
        self.wanted = arguments.rounds or (1 if self.quick else 3)
        self.seconds = arguments.seconds or (1.5 if self.quick else 3.0)
        self.setting = setting
        self.participants = participants
        self.clock = clock
        self.report = report
        self.passes: dict[str, list[Pass]] = {}

    def run(self) -> str:
        """Return the tables of all parts, and last what was promised."""
        tables = self.run_scenarios()
        lines = summary.list_ratios(self.passes)
        for part in (self.run_start, self.run_login, self.run_burst, self.run_memory):
            lines += part()
        return "\n\n".join([*tables, write_table(summary.HEAD, lines)])

    def run_scenarios(self) -> list[str]:
        chosen = [scenario for scenario in SCENARIOS if scenario.name in self.parts]
        rounds = Rounds(self.participants, self.clock, self.seconds)
        end = QUICK_REPEATS_END if self.quick else REPEATS_END
        done = rounds.run_all(chosen, self.wanted, lambda: self.elapsed() < end, self.report)
        self.passes = {name: rounds.choose(passes, self.wanted) for name, passes in done.items()}
        tables = [write_scenario(each.title, each.bases, self.passes[each.name]) for each in chosen]
        return [*tables, self.describe_passes(done)] if chosen else []

    def draw(self) -> str:
        return draw_rates(
            {each.title: self.passes[each.name] for each in SCENARIOS if each.name in self.passes}
        )

    def describe_passes(self, done: Mapping[str, list[Pass]]) -> str:
        """Return a sentence: how often the machine was slow, and whether slow passes had to count."""
        best = self.clock.best
        made, chosen = (sum(map(len, passes.values())) for passes in (done, self.passes))
        slowest = max(turn.spin for passes in self.passes.values() for turn in passes) / best
        return (
            f"{made} passes, of which {chosen} count; in the slowest of these the fixed loop took "
            f"{slowest:.2f} × "
            f"its best, {best * 1000:.0f} ms."
        )

    def elapsed(self) -> float:
        return perf_counter() - self.started

    def run_start(self) -> list[summary.Line]:
        if START not in self.parts:
            return []
        self.report("Start and check")
        count = 1 if self.quick else 3
        place = (self.setting, self.participants[SERVICE], count)
        return summary.list_starts(*time_starts(*place), time_checks(*place))

    def run_login(self) -> list[summary.Line]:
        if LOGIN not in self.parts:
            return []
        self.report("Logins, one at a time")
        return summary.list_logins(
            time_logins(self.setting, self.participants[SERVICE], 10 if self.quick else 20)
        )

    def run_burst(self) -> list[summary.Line]:
        if BURST not in self.parts:
            return []
        self.report("200 logins at once")
        return summary.list_burst(run_burst(self.setting, self.participants[SERVICE]))

    def run_memory(self) -> list[summary.Line]:
        if MEMORY not in self.parts:
            return []
        seconds = max(10.0, (QUICK_MEMORY_ENDS if self.quick else MEMORY_ENDS) - self.elapsed())
        readings = measure_memory(self.setting, self.participants[SERVICE], seconds, self.report)
        return summary.list_memory(readings)
