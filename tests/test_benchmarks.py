"""The arithmetic of benchmarks/, and that its peers run on what the service runs on."""

import re
import tomllib
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from benchmarks.figures import (
    Measurement,
    Pass,
    Spread,
    choose_passes,
    compare,
    keep_fast,
    percentile,
    summarize,
)
from benchmarks.plot import draw_growth, draw_rates, spread_labels
from benchmarks.report import write_scenario, write_spread, write_table
from tests.processes import ROOT

PINNED = re.compile(r'^[#\s"]*([a-z0-9-]+)(?:\[[a-z,]+\])?==([\w.]+)', re.MULTILINE)


def measure(rate: float) -> Measurement:
    return Measurement(rate=rate, p50=0.002, p99=0.004, cpu=0.001, database_cpu=0.0005, memory=100)


def turn(spin: float, **rates: float) -> Pass:
    return Pass(spin, {label: measure(rate) for label, rate in rates.items()})


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_a_percentile_is_one_of_the_values(share: float, value: int) -> None:
    assert percentile(list(range(100, 0, -1)), share) == value


def test_a_percentile_of_one_value_is_that_value() -> None:
    assert percentile([7.0], 0.99) == 7.0


def test_a_pass_counts_while_the_machine_is_at_most_a_quarter_slower() -> None:
    passes = [turn(1.0), turn(1.25), turn(1.26)]
    assert keep_fast(passes, best=1.0) == passes[:2]


def test_where_too_few_passes_count_the_least_slow_fill_up() -> None:
    slow, slower, fast = turn(2.0), turn(3.0), turn(1.0)
    assert choose_passes([slow, slower, fast], best=1.0, wanted=2) == [fast, slow]


def test_all_fast_passes_are_chosen_where_there_are_enough() -> None:
    passes = [turn(1.0), turn(1.1), turn(1.2)]
    assert choose_passes(passes, best=1.0, wanted=2) == passes


def test_servers_are_compared_pass_by_pass() -> None:
    passes = [
        turn(1, ours=300, theirs=100),
        turn(1, ours=100, theirs=100),
        turn(1, ours=200, theirs=100),
    ]
    assert compare(passes, "ours", "theirs") == Spread(2.0, 1.0, 3.0)
    assert compare(passes, "ours", "theirs", "thrift") == Spread(1.0, 1.0, 1.0)
    assert compare(passes, "ours", "absent") is None


def test_a_spread_shows_its_ends_where_they_differ() -> None:
    assert write_spread(summarize([1234, 1234])) == "1,234"
    assert write_spread(summarize([10, 1.5, 250])) == "10.0 (1.50–250)"  # noqa: RUF001


def test_a_table_is_aligned() -> None:
    assert write_table(("a", "bc"), [("def",)]) == "| a   | bc |\n| --- | -- |\n| def |    |"


def test_a_scenario_has_a_line_for_each_server_that_took_part() -> None:
    head, _, ours, theirs = write_scenario(
        "list", ("theirs", "absent"), [turn(1, ours=200, theirs=100)]
    ).splitlines()
    assert [cell.strip() for cell in head.split("|")][2:4] == ["requests/s", "× theirs"]  # noqa: RUF001
    assert [cell.strip() for cell in ours.split("|")][1:4] == ["ours", "200", "2.00"]
    assert [cell.strip() for cell in theirs.split("|")][1:4] == ["theirs", "100", ""]


def test_the_plots_are_svg() -> None:
    for drawing in (
        draw_rates({"list": [turn(1, ours=2, theirs=1)]}),
        draw_growth("ms", {"<list>": {10: 1, 100: 2}}),
    ):
        assert ET.fromstring(drawing).tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314 we wrote it


def test_labels_of_close_lines_do_not_cover_each_other() -> None:
    heights = sorted(spread_labels({"a": 100, "b": 101, "c": 102, "d": 300}, apart=17).values())
    assert all(below - above >= 17 for above, below in pairwise(heights))


@pytest.mark.parametrize("path", ["benchmarks/peers/requirements.txt", "benchmarks/run.py"])
def test_the_benchmark_runs_on_the_versions_of_the_service(path: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pins = [*project["dependency-groups"]["service"], *project["dependency-groups"]["dev"]]
    ours = dict(PINNED.findall("\n".join(pins)))
    theirs = dict(PINNED.findall((ROOT / path).read_text(encoding="utf-8")))
    shared = ours.keys() & theirs.keys()
    assert shared
    assert {name: theirs[name] for name in shared} == {name: ours[name] for name in shared}


def test_the_page_quotes_the_results() -> None:
    section = (
        (ROOT / "docs" / "speed.md")
        .read_text(encoding="utf-8")
        .partition("## Measured")[2]
        .partition("\n## ")[0]
    )
    results = (
        (ROOT / "benchmarks" / "results" / "speed.md").read_text(encoding="utf-8").splitlines()
    )
    quoted = [line for line in section.splitlines() if line.startswith(("| ", "- "))]
    assert quoted
    assert set(quoted) <= set(results)
