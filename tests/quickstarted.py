"""A quickstart in a process of its own, on a machine where nothing is set."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.environment import VARIABLES
from tests.processes import ROOT, find_free_port


class Quickstart:
    """A process of `quickstart` that answers, its address and its first screen."""

    def __init__(self, output: Path, port: int, *options: str, **environment: str) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.output = output
        with output.open("w") as stream:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "quickstart", "--port", str(port), *options],
                cwd=ROOT,
                env=make_fresh_environment() | environment,
                stdout=stream,
                stderr=subprocess.STDOUT,
                # A process group of its own, as a shell gives to each command.
                start_new_session=True,
            )
        self.screen = self.wait_for_screen()

    def wait_for_screen(self) -> str:
        """What it printed by the time it answered: the screen is written at once, when it does."""
        deadline = time.monotonic() + 60
        while "Ctrl-C" not in (screen := self.output.read_text()):
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError(f"quickstart does not answer: {screen}")
            time.sleep(0.05)
        return screen

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal to the whole group, as a terminal does; the exit code and what it printed
        after its screen.
        """
        os.killpg(self.process.pid, number)
        code = self.process.wait(timeout=30)
        return code, self.output.read_text().removeprefix(self.screen)


def make_fresh_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in VARIABLES}


@contextmanager
def quickstart(directory: Path, *options: str, **environment: str) -> Iterator[Quickstart]:
    service = Quickstart(directory / "screen.txt", find_free_port(), *options, **environment)
    try:
        yield service
    finally:
        if service.process.poll() is None:
            service.end(signal.SIGKILL)
