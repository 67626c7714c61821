"""A test that asks for no database runs on SQLite alone."""

import os

import pytest

from tests.processes import run_python


def is_marked(request: pytest.FixtureRequest) -> bool:
    return request.node.get_closest_marker("one_database") is not None


def test_a_test_without_a_database_is_marked(request: pytest.FixtureRequest) -> None:
    assert is_marked(request)


def test_a_test_with_a_database_runs_on_both(request: pytest.FixtureRequest, db: None) -> None:
    assert not is_marked(request)


@pytest.mark.django_db
def test_a_test_that_is_marked_for_a_database_runs_on_both(request: pytest.FixtureRequest) -> None:
    assert not is_marked(request)


@pytest.mark.exhaustive
@pytest.mark.one_database
def test_a_process_that_the_suite_starts_keeps_compiled_modules() -> None:
    assert "PYTHONDONTWRITEBYTECODE" not in os.environ
    done = run_python("-c", "import sys; print(sys.dont_write_bytecode)")
    assert done.stdout == "False\n"
