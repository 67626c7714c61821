"""Python processes of their own, for what a test's own process cannot show: a start, a broken
database.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.python_starts import start_python

ROOT = Path(__file__).parent.parent


def run_python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python with `arguments` in the project's directory; `environment` is added to the suite's
    own.
    """
    return start_python(arguments, ROOT, os.environ | environment)


def request_once(*paths: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Start the service in a process of its own; print status, whole seconds and body of each GET."""
    code = (
        "import django, time; django.setup()\n"
        "from django.test import Client\n"
        f"for path in {paths!r}:\n"
        "    started = time.monotonic()\n"
        "    response = Client(SERVER_NAME='localhost').get(path)\n"
        "    print(response.status_code, int(time.monotonic() - started), response.text)"
    )
    return run_python("-c", code, DJANGO_SETTINGS_MODULE="tests.settings", **environment)


@contextmanager
def serve(
    port: int, threads: int = 20, more: Sequence[str] = (), /, **environment: str
) -> Iterator[str]:
    """Run two server processes of so many threads on `port` and yield its address once they answer."""
    options = ("--workers", "2", "--blocking-threads", str(threads))
    with serve_project(ROOT, os.environ | environment, port, *options, *more) as address:
        yield address


@contextmanager
def serve_project(
    folder: Path, environment: Mapping[str, str], port: int, *options: str
) -> Iterator[str]:
    """Run the project in the folder, in just this environment, and yield its address."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port)]
    process = subprocess.Popen(
        [*command, *options, "--no-log", "config.wsgi:application"],
        cwd=folder,
        env=environment,
        start_new_session=True,
    )
    try:
        wait_for_port(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the process; with all it started, if it will not (granian loses a SIGTERM that comes
    while it starts).
    """
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def find_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def wait_for_port(port: int, process: subprocess.Popen[bytes], patience: float = 90) -> None:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError(f"no server on port {port} (exit code {process.poll()})")
