"""What is asked of the servers, in the way of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from benchmarks.exchange import write_request
from benchmarks.participants import NAMES, STOCK, Participant

CONNECTIONS = 32
LIST = {STOCK: "/api/customers/?limit=20"}


@dataclass(frozen=True)
class Scenario:
    """A kind of request: who takes part, which answer is right, and how the requests are made for one of them."""

    name: str
    title: str
    names: tuple[str, ...]
    status: str
    write: Callable[[Participant, int], list[bytes]]
    connections: Callable[[str], int] = lambda _: CONNECTIONS

    def requests(self, participant: Participant, rows: int) -> Iterator[bytes]:
        """Return the requests without an end."""
        return cycle(self.write(participant, rows))


def write_list(participant: Participant, rows: int) -> list[bytes]:
    return [write_request("GET", list_path(participant), participant.bearer)]


def list_path(participant: Participant) -> str:
    return LIST.get(participant.name, "/api/customers?take=20")


def count_rows(body: Any) -> int:
    """Return the number of rows in a list's answer, which stock DRF puts in an envelope."""
    return len(body["results"] if isinstance(body, dict) else body)


SCENARIOS = (Scenario("list", "Bearer: list of 20 customers", NAMES, "200", write_list),)
