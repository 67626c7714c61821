"""A lane of CI passes when its failed tests pass alone, says which they were, and else fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import ROOT

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]
FAILS_ONCE = """
from pathlib import Path

def test_once():
    seen = Path("seen").exists()
    Path("seen").touch()
    assert seen
"""
# It passes while no other lane may begin.
FAILS_BESIDE_OTHERS = """
from fcntl import LOCK_NB, LOCK_SH, flock
from pathlib import Path

def test_beside():
    with Path("names.lock").open() as lock:
        try:
            flock(lock, LOCK_SH | LOCK_NB)
        except BlockingIOError:
            return
    assert False
"""
FAILS = "def test_always():\n    assert False\n"


def run_lane(folder: Path, text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a lane of two processes that has this test, and one that passes."""
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p xdist -n 2\n")
    (folder / "test_it.py").write_text(text)
    (folder / "test_well.py").write_text("def test_well():\n    pass\n")
    environment = {"PYTHONPATH": str(ROOT), "FAILED_AT_FIRST": str(folder / "names")}
    # Each of three processes would load the plugins of all packages: a second of CPU.
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    command = [sys.executable, "-m", "tools.lane", *arguments]
    return subprocess.run(
        command,
        check=False,
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_a_test_that_passes_alone_is_named_and_the_lane_passes(tmp_path: Path) -> None:
    done = run_lane(tmp_path, FAILS_ONCE)
    names = (tmp_path / "names").read_text()
    assert done.returncode == 0, done.stdout
    assert names.endswith("passed alone:\ntest_it.py::test_once\n")
    assert names in done.stdout


def test_what_failed_runs_while_no_other_lane_does(tmp_path: Path) -> None:
    done = run_lane(tmp_path, FAILS_BESIDE_OTHERS)
    assert done.returncode == 0, done.stdout
    assert "test_it.py::test_beside" in (tmp_path / "names").read_text()


@pytest.mark.parametrize(
    "text",
    [FAILS, FAILS + FAILS_ONCE, "import nothing_there", "import os; os._exit(1)"],
    ids=["fails again", "only one fails again", "no import", "the process dies"],
)
def test_a_lane_with_a_fault_fails(text: str, tmp_path: Path) -> None:
    done = run_lane(tmp_path, text)
    assert done.returncode != 0, done.stdout
    assert not (tmp_path / "names").exists()


def test_a_lane_without_tests_fails(tmp_path: Path) -> None:
    assert run_lane(tmp_path, FAILS, "-k", "nothing").returncode != 0
