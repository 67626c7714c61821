"""Starts of Python for commands that end, as forks of a process that has the packages already.

A start takes a second of CPU, a fork a fifth of it, and the suite starts some hundred processes.
A server, and a command that a signal is to end, is started by the test itself.
"""

from __future__ import annotations

import array
import atexit
import functools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryFile

# A machine may be busy with other tests.
PATIENCE = 300
_SCRIPT = Path(__file__).with_name("forking_python.py")
# Python and its libraries read these before a fork can change them.
_EARLY = ("PYTHON", "LC_", "LANG", "LD_", "MALLOC_")
_NOT_EARLY = ("PYTHON_DOTENV_DISABLED",)
_HERE = dict(os.environ)
_lock = threading.Lock()


def start_python(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run Python with the arguments, in the folder and in just this environment."""
    first = arguments[0]
    if _list_early(environment) != _list_early(_HERE) or (
        first.startswith("-") and first not in ("-c", "-m")
    ):
        return _start_anew(arguments, folder, environment)
    command = {"arguments": arguments, "folder": str(folder), "environment": dict(environment)}
    with ExitStack() as stack:
        asked, output, errors = (
            stack.enter_context(TemporaryFile("w+", encoding="utf-8")) for _ in range(3)
        )
        json.dump(command, asked)
        asked.seek(0)
        code = _fork(asked.fileno(), output.fileno(), errors.fileno())
        output.seek(0)
        errors.seek(0)
        return subprocess.CompletedProcess(arguments, code, output.read(), errors.read())


def _start_anew(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        check=False,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def _list_early(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        name: text
        for name, text in environment.items()
        if name.startswith(_EARLY) and name not in _NOT_EARLY
    }


def _fork(*files: int) -> int:
    with _lock:
        server = _start_server()
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            socket.send_fds(server, [b"\0"], [*files, theirs.fileno()])
        ours.settimeout(PATIENCE)
        process = _read_number(ours)
        try:
            return _read_number(ours)
        except TimeoutError:
            os.kill(process, signal.SIGKILL)
            raise


def _read_number(stream: socket.socket) -> int:
    numbers = array.array("i")
    numbers.frombytes(stream.recv(numbers.itemsize))
    return numbers[0]


@functools.cache
def _start_server() -> socket.socket:
    """Start the process that forks."""
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    with theirs:
        command = [sys.executable, str(_SCRIPT)]
        server = subprocess.Popen(command, stdin=theirs.fileno(), env=_HERE, start_new_session=True)

    def stop() -> None:
        ours.close()
        server.wait()

    atexit.register(stop)
    return ours
