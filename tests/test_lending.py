"""A server process lends a few connections to all of its threads."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, ProgrammingError, connection, transaction

from accounts.hashing import take_turn
from auth_core.lockout.repeats import serialize_attempts
from runtime.postgresql import lending

pytestmark = [
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's connections are files"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(autouse=True)
def lends(monkeypatch: pytest.MonkeyPatch) -> Iterator[lending.Lender]:
    """Lend two connections in this test; nobody waits longer than a moment."""
    monkeypatch.setattr(lending, "LONGEST_WAIT", 0.05)
    lender = lending.Lender(most=2)
    monkeypatch.setattr(lending, "_lenders", {"default": lender})
    connection.close()
    lending.start_lending()
    yield lender
    lending.stop_lending()
    connection.close()
    lender.close_idle()


def read_pid() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def answer(act: Any) -> Any:
    """Run `act` as a request in a thread of its own."""
    results: list[Any] = []

    def run() -> None:
        lending._begin_request()
        try:
            results.append(act())
        except DatabaseError as error:
            results.append(error)
        finally:
            lending._end_request()

    thread = Thread(target=run)
    thread.start()
    thread.join(30)
    return results[0]


def test_threads_share_the_connection_that_was_used_last() -> None:
    assert len({answer(read_pid) for _ in range(5)}) == 1


def test_no_more_connections_are_lent_than_there_are(lends: lending.Lender) -> None:
    answer(read_pid)
    for _ in range(2):
        lends.take_place()
    assert isinstance(answer(read_pid), OperationalError)
    lends.give_place_back()
    assert isinstance(answer(read_pid), int)


def test_a_request_that_fails_gives_its_connection_back() -> None:
    def fail() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM nowhere")

    for _ in range(5):
        assert isinstance(answer(fail), ProgrammingError)
    assert isinstance(answer(read_pid), int)


def test_a_connection_that_the_server_has_closed_is_replaced() -> None:
    pid = answer(read_pid)

    def end() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])

    end()
    connection.close()
    assert answer(read_pid) != pid


def test_after_one_of_no_use_all_are_made_anew(lends: lending.Lender) -> None:
    def use_two() -> Any:
        return read_pid(), answer(read_pid)

    first, second = answer(use_two)

    def lose() -> None:
        read_pid()
        connection.close()

    answer(lose)
    assert lends.take_idle() is None
    assert answer(read_pid) not in (first, second)


def test_a_connection_within_a_transaction_is_not_lent_to_another() -> None:
    def stay() -> Any:
        with transaction.atomic():
            first = read_pid()
            lending.return_connections()
            return first, read_pid(), answer(read_pid)

    first, second, other = answer(stay)
    assert first == second != other


def test_a_request_ends_with_an_old_connection_closed_and_no_log_of_its_statements() -> None:
    def grow_old() -> int:
        pid = read_pid()
        connection.queries_log.append({"sql": "SELECT 1", "time": "0"})
        connection.close_at = 0.0
        return pid

    assert answer(grow_old) != answer(read_pid)
    assert answer(lambda: len(connection.queries_log)) == 0


def test_who_waits_to_hash_has_no_connection() -> None:
    def hash_a_password() -> Any:
        before = read_pid()
        with take_turn():
            return before, connection.connection, read_pid()

    before, while_hashing, after = answer(hash_a_password)
    assert (while_hashing, after) == (None, before)


def test_a_thread_that_answers_no_request_keeps_its_connection(lends: lending.Lender) -> None:
    pid = read_pid()
    lending.return_connections()
    assert read_pid() == pid
    assert lends.take_idle() is None


def test_a_lent_connection_starts_in_the_state_of_a_new_one() -> None:
    def leave_a_mess() -> int:
        transaction.set_autocommit(autocommit=False)
        return read_pid()

    first = answer(leave_a_mess)
    assert answer(read_pid) != first
    assert answer(transaction.get_autocommit)


def test_who_waits_for_an_identical_login_has_no_connection() -> None:
    def log_in() -> Any:
        before = read_pid()
        with serialize_attempts(b"a login"):
            return before, connection.connection, read_pid()

    before, waiting, after = answer(log_in)
    assert (waiting, after) == (None, before)
