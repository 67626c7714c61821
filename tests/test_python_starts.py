"""A fork that stands for a new Python: code sees no difference but the packages that are there."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests import python_starts
from tests.processes import ROOT

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]

# What a program can see of its start, with the modules of the project that are there before it.
LOOK = """
import json, os, signal, sys, time
ours = {path.split(".")[0] for path in os.listdir(%r)}
print(json.dumps({
    "argv": sys.argv, "path": sys.path, "folder": os.getcwd(), "environment": dict(os.environ),
    "main": [__name__, str(globals().get("__file__")), sys.modules["__main__"].__dict__ is globals()],
    "ours": sorted(ours & {name.split(".")[0] for name in sys.modules}), "zone": time.tzname,
    "streams": [each.isatty() for each in (sys.stdin, sys.stdout, sys.stderr)], "in": sys.stdin.read(),
    "signals": [str(signal.getsignal(each)) for each in (signal.SIGINT, signal.SIGCHLD)],
}))
print("an error", file=sys.stderr)
sys.exit(3)
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    script = tmp_path / "looking.py"
    script.write_text(LOOK % str(ROOT), encoding="utf-8")
    return script


@pytest.mark.parametrize("way", ["script", "-c", "-m"])
def test_a_fork_starts_as_a_new_python_does(script: Path, way: str) -> None:
    words = {"-c": ["-c", script.read_text()], "-m": ["-m", "looking"]}.get(way, ["looking.py"])
    environment = {"PATH": os.environ["PATH"], "TZ": "Asia/Tokyo", "SAID": "ä"}
    environment |= python_starts._list_early(os.environ)
    forked, anew = (
        start([*words, "one", "two"], script.parent, environment)
        for start in (python_starts.start_python, python_starts._start_anew)
    )
    assert (forked.returncode, forked.stderr) == (anew.returncode, anew.stderr) == (3, "an error\n")
    seen, expected = json.loads(forked.stdout), json.loads(anew.stdout)
    assert seen == expected
    assert (seen["argv"][1:], seen["ours"]) == (["one", "two"], [])


@pytest.mark.parametrize(
    ("words", "more"),
    [(["-c", "{}"], {"PYTHONUTF8": "0", "LC_ALL": "C"}), (["-I", "-c", "{}"], {})],
)
def test_what_python_reads_at_its_start_is_true(words: list[str], more: dict[str, str]) -> None:
    code = "import sys; print([sys.flags.isolated, sys.flags.utf8_mode])"
    arguments: Any = [word.format(code) for word in words]
    done = python_starts.start_python(arguments, ROOT, os.environ | more)
    assert done.stdout == ("[0, 0]\n" if more else "[1, 0]\n")


def test_a_command_that_fails_or_is_killed_says_so() -> None:
    def start(code: str) -> Any:
        return python_starts.start_python(["-c", code], ROOT, os.environ)

    assert start("import nothing_there").stderr.endswith("No module named 'nothing_there'\n")
    assert start("import nothing_there").returncode == 1
    assert start("import os; os.kill(os.getpid(), 9)").returncode == -9
    assert start("import atexit; atexit.register(print, 'end')").stdout == "end\n"
