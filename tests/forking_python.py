"""Run as a process of its own by tests/python_starts.py: a Python that forks to start.

Each fork runs one command as a new Python would, without the CPU that importing the packages takes.
The packages here read no settings. Nothing of the project is imported before the fork.
"""

from __future__ import annotations

import array
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

SHARED = (
    *("argon2", "bcrypt", "cryptography.x509", "diff_match_patch", "dj_database_url", "environs"),
    *("django.core.mail", "django.core.management", "django.db.models", "django.test.client"),
    *("graphql", "jwt", "orjson", "psycopg", "requests", "structlog"),
    *("tablib", "tqdm", "uritemplate", "uuid_utils", "whitenoise.middleware", "yaml"),
)


def main() -> None:
    """Start what the socket on the standard input asks for, until its other end is closed."""
    # The folder of this script.
    del sys.path[0]
    for name in SHARED:
        importlib.import_module(name)
    gc.freeze()
    control = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    signal.signal(signal.SIGCHLD, reap)
    while True:
        _, files, _, _ = socket.recv_fds(control, 1, 4)
        if not files:
            return
        if not os.fork():
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            control.close()
            tell(*files)
            return
        for file in files:
            os.close(file)


def reap(*_: object) -> None:
    """Take note of all forks that have ended."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def tell(asked: int, output: int, errors: int, answer: int) -> None:
    """Run the command in one more fork, and tell its id and its exit code."""
    if process := os.fork():
        os.write(answer, array.array("i", [process]))
        _, status = os.waitpid(process, 0)
        os.write(answer, array.array("i", [os.waitstatus_to_exitcode(status)]))
        os._exit(0)
    os.close(answer)
    with open(asked, encoding="utf-8") as stream:
        command = json.load(stream)
    for number, file in ((1, output), (2, errors)):
        os.dup2(file, number)
        os.close(file)
    run(**command)


def run(arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    importlib.invalidate_caches()
    first, *rest = arguments
    if first == "-m":
        sys.path.insert(0, folder)
        sys.argv = rest
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
        return
    main: Any = ModuleType("__main__")
    if first == "-c":
        sys.path.insert(0, "")
        sys.argv = ["-c", *rest[1:]]
        code = compile(rest[0], "<string>", "exec")
    else:
        script = Path(folder, first)
        sys.path.insert(0, str(script.parent))
        sys.argv = arguments
        main.__file__ = str(script)
        code = compile(script.read_bytes(), main.__file__, "exec")
    main.__builtins__ = sys.modules["builtins"]
    sys.modules["__main__"] = main
    exec(code, main.__dict__)  # noqa: S102 (a test's own)


if __name__ == "__main__":
    main()
