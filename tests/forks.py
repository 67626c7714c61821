"""Runs tasks in forks, each with the settings and the packages of its own."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

Tasks = Mapping[str, Callable[..., Any]]


class Blocker(MetaPathFinder):
    """Makes packages absent for this process."""

    def __init__(self, packages: Sequence[str]) -> None:
        self.packages = packages

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] in self.packages:
            raise ModuleNotFoundError(f"{fullname} is taken out", name=fullname)
        return None


def run_apart(tasks: Tasks, **task: Any) -> Any:
    """Run a task in a fork, with the settings and the packages of that task alone."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as result:
        child = os.fork()
        if not child:
            code = 1
            try:
                json.dump(_run_task(tasks, **task), result)
                result.flush()
                code = 0
            except BaseException:  # noqa: BLE001 (the test shows it)
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(code)
        if os.waitpid(child, 0)[1]:
            sys.exit(f"The task failed: {task}")
        result.seek(0)
        return json.load(result)


def _run_task(
    tasks: Tasks,
    task: str,
    blocked: Sequence[str] = (),
    environment: Any = None,
    arguments: Any = None,
) -> Any:
    sys.meta_path.insert(0, Blocker(blocked))
    os.environ.update(environment or {}, DJANGO_SETTINGS_MODULE="tests.settings")
    return tasks[task](**(arguments or {}))
