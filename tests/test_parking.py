"""Few threads of a worker answer requests at a time, and a wait makes room for another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from runtime import parking as module
from runtime.parking import RUNNERS, Parking, park_threads
from tests.databases import make_database
from tests.processes import find_free_port
from tests.test_killed_worker import wait_until
from tests.test_live_probe import HALF, ask, connect
from tests.test_serve import run_serve

PATIENCE = 30
# Seconds. No request of a test takes so long.
NEVER = 600


class Worker:
    """Threads that answer requests, each one request after the other."""

    def __init__(self, parking: Parking) -> None:
        self.parking = parking
        self.pool = ThreadPoolExecutor(8)
        self.go_on = Event()

    def answer(self, during: Callable[[], object]) -> Future[None]:
        def run() -> None:
            self.parking.begin()
            try:
                during()
            finally:
                self.parking.end()
            self.parking.park()

        return self.pool.submit(run)

    def begin(self) -> Future[None]:
        """Return a request that is being answered by now, until all may go on."""
        begun = Event()

        def stay() -> None:
            begun.set()
            self.go_on.wait(PATIENCE)

        request = self.answer(stay)
        assert begun.wait(PATIENCE)
        return request


@pytest.fixture
def start() -> Iterator[Callable[[Parking], Worker]]:
    with ExitStack() as stack:

        def make(parking: Parking) -> Worker:
            worker = Worker(parking)
            stack.callback(worker.pool.shutdown)
            stack.callback(worker.go_on.set)
            return worker

        yield make


Start = Callable[[Parking], Worker]


def test_a_thread_goes_on_while_few_run(start: Start) -> None:
    worker = start(Parking(2, NEVER))
    worker.begin()
    worker.answer(lambda: None).result(PATIENCE)
    assert worker.parking.count_parked() == 0


def test_a_thread_that_is_not_needed_comes_back_when_another_waits(start: Start) -> None:
    worker, waits, done = start(Parking(2, NEVER)), Event(), Event()

    def wait_in_the_middle() -> None:
        waits.wait(PATIENCE)
        with worker.parking.wait():
            done.wait(PATIENCE)

    worker.begin()
    waiting = worker.answer(wait_in_the_middle)
    parked = [worker.answer(lambda: None) for _ in range(2)]
    wait_until(lambda: worker.parking.count_parked() == 2)
    waits.set()
    wait_until(lambda: worker.parking.count_parked() == 1)
    wait_until(lambda: sum(request.done() for request in parked) == 1)
    # Now there are three again, and only the parked thread is too many.
    begun = worker.begin()
    done.set()
    wait_until(lambda: worker.parking.count_parked() == 2)
    assert not waiting.done()
    assert not begun.done()
    worker.parking.wake_all()


def test_a_request_that_takes_long_counts_as_waiting(start: Start) -> None:
    worker = start(Parking(1, 0.01))
    slow = worker.begin()
    # It would be parked for as long as the other one runs.
    assert worker.answer(lambda: None).result(PATIENCE) is None
    assert not slow.done()
    assert worker.parking.count_parked() == 0


def test_all_come_back_when_there_are_no_requests(start: Start) -> None:
    worker = start(Parking(0, 0.01))
    worker.answer(lambda: None).result(PATIENCE)
    assert worker.parking.count_parked() == 0


def test_a_wait_within_a_wait_changes_nothing(start: Start) -> None:
    parking = Parking(1, NEVER)
    worker, counts = start(parking), []

    def wait_twice() -> None:
        counts.append(parking.count_running())
        with parking.wait():
            with parking.wait():
                counts.append(parking.count_running())
            counts.append(parking.count_running())
        counts.append(parking.count_running())

    worker.answer(wait_twice).result(PATIENCE)
    assert counts == [1, 0, 0, 1]
    assert parking.count_running() == 0


def test_who_answers_no_request_waits_as_ever() -> None:
    parking = Parking(1, NEVER)
    with parking.wait():
        pass
    parking.park()
    assert parking.count_parked() == 0


class Response(list[bytes]):
    streaming = False
    is_closed = False

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def parking(monkeypatch: pytest.MonkeyPatch) -> Parking:
    """It parks each thread whose answer is sent, as none may run."""
    made = Parking(0, 0.01)
    monkeypatch.setattr(module, "parking", made)
    return made


def test_a_thread_is_parked_once_its_answer_is_sent(parking: Parking) -> None:
    response, sent = Response([b"whole"]), Event()

    def serve() -> None:
        body = park_threads(lambda *_: response)({}, print)
        assert (isinstance(body, list), body, response.is_closed) == (True, [b"whole"], True)
        assert parking.count_parked() == 0
        sent.set()
        del body

    with ThreadPoolExecutor(1) as pool:
        pool.submit(serve).result(PATIENCE)
    assert sent.is_set()


def test_an_answer_in_parts_is_handed_on(parking: Parking) -> None:
    response = Response([b"in", b"parts"])
    response.streaming = True
    assert park_threads(lambda *_: response)({}, print) is response
    assert not response.is_closed


def test_an_error_ends_the_request(parking: Parking) -> None:
    def fail(*_: Any) -> Any:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        park_threads(fail)({}, print)
    assert parking.count_running() == 0


@pytest.mark.exhaustive
@pytest.mark.one_database
def test_requests_that_hang_hold_nobody_up(tmp_path: Path) -> None:
    port = find_free_port()
    options = ("--workers", "1", "--threads", str(4 * RUNNERS))
    with (
        make_database(tmp_path, "migrate") as url,
        run_serve(port, *options, DATABASE_URL=url, REDIS_URL="") as process,
        ThreadPoolExecutor(2 * RUNNERS) as pool,
        ExitStack() as stack,
    ):
        wait_until(lambda: ask(port) == 204)
        # As many at once make granian start more threads than may run.
        assert set(pool.map(lambda _: ask(port), range(40 * RUNNERS))) == {204}
        for _ in range(2 * RUNNERS):
            stack.enter_context(connect(port)).sendall(HALF)
        assert set(pool.map(lambda _: ask(port), range(40 * RUNNERS))) == {204}
        assert process.poll() is None
