"""A server under measurement: started, asked what it costs, and stopped with all it started."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from benchmarks.load import HOST

# Seconds that a start, and the end of the requests in hand, may take.
START_PATIENCE = 120.0
STOP_PATIENCE = 5.0


class ServerError(Exception):
    """A server, or a command that prepares one, that does not do what it should."""


class Server:
    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process = process
        self.port = port
        self.log = log

    def family(self) -> list[psutil.Process]:
        with suppress(psutil.NoSuchProcess):
            root = psutil.Process(self.process.pid)
            return [root, *root.children(recursive=True)]
        return []

    def cpu_seconds(self) -> float:
        """CPU time of all of its processes so far."""
        total = 0.0
        for process in self.family():
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                total += times.user + times.system
        return total

    def greatest_cpu_seconds(self) -> float:
        """CPU time so far of the process that had most of it: a worker."""
        seconds = [0.0]
        for process in self.family():
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                seconds.append(times.user + times.system)
        return max(seconds)

    def memory_together(self, family: list[psutil.Process]) -> float:
        """MB of resident memory of these of its processes, what they share counted for each."""
        return (
            float(sum(process.memory_info().rss for process in family if process.is_running()))
            / 2**20
        )

    def memory(self) -> float:
        """MB (of 2**20 bytes) of resident memory of the largest process: a worker."""
        sizes = [0]
        for process in self.family():
            with suppress(psutil.NoSuchProcess):
                sizes.append(process.memory_info().rss)
        return float(max(sizes)) / 2**20

    def wait(self) -> None:
        """Wait until it takes connections. Raises ServerError with its last lines if it ends."""
        deadline = time.monotonic() + START_PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            with suppress(OSError), socket.create_connection((HOST, self.port), timeout=1):
                return
            time.sleep(0.01)
        last = self.log.read_text(errors="replace").strip().splitlines()[-3:]
        raise ServerError(f"{self.log.stem} does not start: {' / '.join(last)}")

    def stop(self) -> None:
        """Stop it, then kill its remaining processes.

        granian can hang when it gets the signal twice, from `uv run` and from here.
        """
        family = self.family()
        for process in family[1:2] or family:
            with suppress(psutil.NoSuchProcess):
                process.terminate()
        psutil.wait_procs(family, timeout=STOP_PATIENCE)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def run_server(
    command: Sequence[str], port: int, directory: Path, env: Mapping[str, str], log: Path
) -> Iterator[Server]:
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, cwd=directory, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip
    server = Server(process, port, log)
    try:
        yield server
    finally:
        server.stop()


def run_command(
    command: Sequence[str], directory: Path, env: Mapping[str, str], text: str = ""
) -> str:
    """Run a command to its end and return what it printed; ServerError with the last line of a
    failure.
    """
    result = subprocess.run(
        command, cwd=directory, env=env, input=text, capture_output=True, text=True, check=False
    )
    if result.returncode:
        last = (
            result.stderr.strip() or result.stdout.strip() or "nothing was printed"
        ).splitlines()[-1]
        raise ServerError(f"{' '.join(command[:6])} … failed: {last}")
    return result.stdout


def find_free_port() -> int:
    with socket.create_server((HOST, 0)) as listener:
        return int(listener.getsockname()[1])
