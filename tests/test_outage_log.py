"""What the log holds of an outage."""

from __future__ import annotations

import io
import logging
from typing import Any

import pytest
from django.db import InternalError, OperationalError

from api_http import outage_log
from api_http.outage_log import OutageHandler
from tests.processes import run_python

REQUESTS = 200
ASK = f"""
import django; django.setup()
from django.test import Client
client = Client(SERVER_NAME="localhost")
for _ in range({REQUESTS}):
    assert client.get("/api/customers").status_code == 503
    assert client.get("/api/_health/ready").status_code == 503
"""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]
    monkeypatch.setattr(outage_log, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def log(clock: list[float]) -> Any:
    handler = OutageHandler()
    handler.setStream(io.StringIO())
    logger = logging.getLogger("tests.outage")
    logger.handlers, logger.propagate = [handler], False

    def write(error: Exception | None = None, **extra: Any) -> list[str]:
        """Log a fault; return the lines that came of it."""
        handler.stream.seek(0)
        handler.stream.truncate()
        logger.error("failed", exc_info=error, extra=extra)
        return str(handler.stream.getvalue()).splitlines()

    return write


def test_an_outage_that_lasts_is_one_traceback_and_a_line_every_five_seconds(
    log: Any, clock: list[float]
) -> None:
    assert "django.db.utils.OperationalError: gone" in log(OperationalError("gone"))
    assert [log(OperationalError("gone")) for _ in range(1000)] == [[]] * 1000
    clock[0] = 5
    assert log(OperationalError("gone")) == [
        "failed (OperationalError, 1000 like it since the last line)"
    ]
    assert log(OperationalError("gone")) == []


def test_the_next_outage_has_a_traceback_again(log: Any, clock: list[float]) -> None:
    log(OperationalError("gone"))
    clock[0] = outage_log.QUIET + 1
    assert "django.db.utils.OperationalError: gone" in log(OperationalError("gone"))


def test_another_kind_is_reported_at_once(log: Any) -> None:
    log(OperationalError("gone"))
    assert log(status_code=503) == ["failed"]
    assert log(status_code=503) == []


def test_other_faults_are_always_logged(log: Any) -> None:
    faults = [
        log(error) for error in (InternalError("bug"), ValueError("bug"), None) for _ in range(2)
    ]
    assert all(faults)


@pytest.mark.exhaustive
@pytest.mark.one_database
def test_many_requests_in_an_outage_write_little() -> None:
    variables = {"DATABASE_URL": "postgres://ada:s3cret@127.0.0.1:1/x", "AUTH_PLUGINS": ""}
    process = run_python("-c", ASK, DJANGO_SETTINGS_MODULE="tests.settings", **variables)
    assert (process.returncode, process.stdout) == (0, ""), process.stderr[-2000:]
    assert len(process.stderr) < 100 * REQUESTS
    assert "s3cret" not in process.stderr
