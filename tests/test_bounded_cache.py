"""What a process keeps is bounded in bytes."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from statements.cache import LARGEST_PART, BoundedCache, once

MOST = 8_000


@pytest.fixture
def cache() -> BoundedCache[str]:
    return BoundedCache(MOST)


def test_it_keeps_a_value_even_one_that_is_none() -> None:
    cache: BoundedCache[str | None] = BoundedCache(MOST)
    cache.put("a", None, 10)
    assert cache.get("a", "missing") is None
    assert cache.get("b", "missing") == "missing"


def test_it_drops_the_first_for_the_last(cache: BoundedCache[str]) -> None:
    for number in range(9):
        cache.put(number, "x", MOST // LARGEST_PART)
    assert (len(cache), cache.bytes) == (8, MOST)
    assert (cache.get(0), cache.get(1), cache.get(8)) == (None, "x", "x")


def test_it_keeps_nothing_that_would_drop_many(cache: BoundedCache[str]) -> None:
    cache.put("a", "x", MOST // LARGEST_PART + 1)
    assert (len(cache), cache.bytes) == (0, 0)


def test_a_key_counts_once(cache: BoundedCache[str]) -> None:
    cache.put("a", "first", 100)
    cache.put("a", "second", 100)
    assert (cache.get("a"), cache.bytes) == ("first", 100)
    cache.clear()
    assert (cache.get("a"), cache.bytes) == (None, 0)


def test_threads_do_not_lose_count() -> None:
    cache: BoundedCache[int] = BoundedCache(MOST)

    def fill(start: int) -> None:
        for number in range(start, start + 2_000):
            cache.put(number, number, 100)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(fill, range(0, 8_000, 1_000)))
    assert cache.bytes == 100 * len(cache) == MOST


def test_what_is_made_once_is_made_by_one_thread() -> None:
    gate = Barrier(8)
    made: list[object] = []

    @once
    def make() -> object:
        made.append(object())
        return made[-1]

    def ask(_: int) -> object:
        gate.wait()
        return make()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == set(made)
    assert len(made) == 1


def test_what_could_not_be_made_is_tried_again() -> None:
    tries = iter([ValueError("not yet"), None])

    @once
    def make() -> str:
        if fault := next(tries):
            raise fault
        return "made"

    with pytest.raises(ValueError, match="not yet"):
        make()
    assert make() == make() == "made"
