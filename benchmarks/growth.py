"""The cost of a request to the service as its table grows from 1,000 customers to 1,000,000."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from random import Random
from statistics import median
from time import perf_counter
from urllib.parse import urljoin, urlsplit

from benchmarks import data
from benchmarks.exchange import send, write_request
from benchmarks.figures import Measurement, Pass, choose_passes, keep_fast
from benchmarks.load import WrongAnswerError
from benchmarks.participants import Participant
from benchmarks.plot import draw_growth
from benchmarks.report import write_number, write_table
from benchmarks.rounds import measure_load
from benchmarks.setting import Setting
from benchmarks.spin import Clock

SIZES, SLICES = (1_000, 10_000, 100_000, 1_000_000), 5
QUICK_SIZES, QUICK_SLICES = (1_000, 10_000, 100_000), 2
# Seconds of a slice. The kinds of requests take turns, a slice each.
SECONDS = 0.5
# Different rows that single reads and filters go through.
VARIETY = 500
LONGEST_TAKE = 1_000
NEXT = re.compile(r'<([^>]*)>; *rel="next"')
DEEP = "page by Link, 90 % deep"
TIME = "ms of a request, one at a time"
COST = "CPU ms of a request, PostgreSQL's included"

# A figure by the kind of request, then by the number of customers.
Table = dict[str, dict[int, float]]


@dataclass(frozen=True)
class Walk:
    """Milliseconds of each page of a walk through the whole table, and the address of a page 90 %
    deep.
    """

    pages: list[float]
    take: int
    deep: str


def measure_growth(
    participant: Participant,
    setting: Setting,
    clock: Clock,
    *,
    quick: bool,
    report: Callable[[str], None],
) -> tuple[str, str]:
    """Return the tables and the plot of a request's cost by the number of customers."""
    sizes, wanted = (QUICK_SIZES, QUICK_SLICES) if quick else (SIZES, SLICES)
    there = setting.rows
    # The first requests of a server prepare statements, which is no cost of the smallest table.
    measure_slices(participant, list_requests(there), clock, wanted=1)
    slices, walks = {}, {}
    for size in sizes:
        report(f"{size:,} customers: loading")
        data.add_customers(participant.database, there, size - there)
        there = size
        report(f"{size:,} customers: page by page")
        walks[size] = walk(participant, size)
        report(f"{size:,} customers: measuring")
        requests = list_requests(size) | {DEEP: [walks[size].deep]}
        slices[size] = measure_slices(participant, requests, clock, wanted)
    chosen = {size: choose_passes(done, clock.best, wanted) for size, done in slices.items()}
    times, costs = tabulate(chosen, find_time), tabulate(chosen, find_cost)
    tables = (write_costs(TIME, times), write_costs(COST, costs), write_walks(walks))
    return "\n\n".join(tables), draw_growth(COST, costs)


def list_requests(size: int) -> dict[str, list[str]]:
    """Return the addresses to request in turn, for each kind of request."""
    numbers = Random(size).sample(range(size), VARIETY)  # noqa: S311 it makes no secrets
    ids = [data.make_id("customer", number) for number in numbers]
    addresses = [data.make_id("address", number) for number in numbers if data.has_address(number)]
    return {
        "list by createdAt, latest first": ["/api/customers?orderBy[createdAt]=desc&take=20"],
        "list by id": ["/api/customers?orderBy[id]=asc&take=20"],
        "where[id]": [f"/api/customers?where[id]={key}" for key in ids],
        "where[address][id]": [f"/api/customers?where[address][id]={key}" for key in addresses],
        "one customer": [f"/api/customers/{key}" for key in ids],
        "skip, 90 % deep": [f"/api/customers?skip={size * 9 // 10}&take=20"],
    }


def walk(participant: Participant, size: int) -> Walk:
    """Follow `Link: next` from the first page to the last; WrongAnswerError unless every row was
    met once.
    """
    take = min(LONGEST_TAKE, size // 10)
    address, pages, met, deep = f"/api/customers?take={take}", [], 0, ""
    while address:
        started = perf_counter()
        status, headers, body = send(
            participant.port, write_request("GET", address, participant.bearer)
        )
        pages.append((perf_counter() - started) * 1000)
        if status != 200:
            raise WrongAnswerError(f"{address} answered {status}")
        met += len(body)
        address = find_next(address, headers)
        if met == size * 9 // 10:
            deep = address.replace(f"take={take}", "take=20")
    if met != size:
        raise WrongAnswerError(f"a walk through {size:,} customers met {met:,}")
    return Walk(pages, take, deep)


def find_next(address: str, headers: dict[str, str]) -> str:
    """Return path and query of the next page, or nothing on the last."""
    links = {name.lower(): value for name, value in headers.items()}.get("link", "")
    found = NEXT.search(links)
    return (
        urlsplit(urljoin(address, found[1]))._replace(scheme="", netloc="").geturl()
        if found
        else ""
    )


def measure_slices(
    participant: Participant, requests: Mapping[str, Sequence[str]], clock: Clock, wanted: int
) -> list[Pass]:
    """Measure each kind in turn, one request at a time, until so many turns count or three times as
    many are done.
    """
    slices: list[Pass] = []
    while len(keep_fast(slices, clock.best)) < wanted and len(slices) < 3 * wanted:
        before = clock.read()
        measurements = {}
        for kind, addresses in requests.items():
            written = cycle(
                [write_request("GET", address, participant.bearer) for address in addresses]
            )
            measurements[kind] = measure_load(participant, written, "200", 1, SECONDS)
        slices.append(Pass(max(before, clock.read()), measurements))
    return slices


def find_time(measurement: Measurement) -> float:
    return measurement.p50 * 1000


def find_cost(measurement: Measurement) -> float:
    return 1000 / measurement.thrift


def tabulate(slices: Mapping[int, Sequence[Pass]], find: Callable[[Measurement], float]) -> Table:
    """Return the medians of a figure by the kind of request, then by the number of customers."""
    kinds = next(iter(slices.values()))[0].measurements
    return {
        kind: {
            size: median(find(turn.measurements[kind]) for turn in turns)
            for size, turns in slices.items()
        }
        for kind in kinds
    }


def write_costs(title: str, table: Table) -> str:
    """Return the table of a figure: a line for each kind of request, and how much dearer the
    largest table is.
    """
    sizes = list(next(iter(table.values())))
    head = (title, *(f"{size:,}" for size in sizes), f"{sizes[-1]:,} / {sizes[0]:,}")
    lines = [
        (
            kind,
            *(write_number(cost) for cost in line.values()),
            write_number(line[sizes[-1]] / line[sizes[0]]),
        )
        for kind, line in table.items()
    ]
    return write_table(head, lines)


def write_walks(walks: Mapping[int, Walk]) -> str:
    """Return the table of the walks: the median page of the first tenth, of the fifth and of the
    last.
    """
    head = (
        "customers, page by page",
        "rows a page",
        "pages",
        "first tenth, ms a page",
        "fifth",
        "last",
        "all, s",
    )
    lines = []
    for size, walked in walks.items():
        tenth = max(1, len(walked.pages) // 10)
        parts = (walked.pages[:tenth], walked.pages[4 * tenth : 5 * tenth], walked.pages[-tenth:])
        numbers = (write_number(median(part)) for part in parts)
        total = write_number(sum(walked.pages) / 1000)
        lines.append((f"{size:,}", f"{walked.take:,}", f"{len(walked.pages):,}", *numbers, total))
    return write_table(head, lines)
