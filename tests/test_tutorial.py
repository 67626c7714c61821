"""The steps of docs/tutorial.md, one after the other, in a copy of the project."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.copied_project import copy_project
from tests.processes import ROOT, find_free_port, wait_for_port
from tests.quickstarted import make_fresh_environment

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]
PUBLISHED = "http://127.0.0.1:8000"
_BLOCK = re.compile(r"(?:^([^\n]+)\n\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(
    r"In `(?P<path>[\w/.]+)`, (?:(?P<where>a new file|at the end)|in place of `(?P<old>.+)`):"
)


class Reader:
    """Somebody who follows the page: edits files, restarts the service, and types commands."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self.port = find_free_port()
        self.service: subprocess.Popen[bytes] | None = None
        self.is_current = False
        # What the shell of the page remembers from step to step.
        self.memory = project / "memory.sh"
        self.memory.touch()
        programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        self.environment = make_fresh_environment() | {"PATH": programs}
        # The suite's own settings, and its rule that no .env is read.
        for name in ("DJANGO_SETTINGS_MODULE", "PYTHON_DOTENV_DISABLED"):
            self.environment.pop(name, None)

    def edit(self, above: str, code: str) -> None:
        step = _FILE.fullmatch(above)
        assert step, above
        file = self.project / step["path"]
        if step["where"] == "a new file":
            assert not file.exists()
            file.write_text(code, encoding="utf-8")
        elif step["where"]:
            file.write_text(file.read_text(encoding="utf-8") + code, encoding="utf-8")
        else:
            text = file.read_text(encoding="utf-8")
            assert text.count(f"{step['old']}\n") == 1, step["old"]
            file.write_text(text.replace(f"{step['old']}\n", code), encoding="utf-8")
        self.is_current = False

    def run(self, code: str) -> str:
        """Run the lines of a block in one shell, and return what they print."""
        if "curl" in code:
            self.restart()
        lines = code.replace(PUBLISHED, f"http://127.0.0.1:{self.port}")
        lines = lines.replace("uv run --dev ", "").replace("uv run ", f"{sys.executable} ")
        lines = re.sub(r"^(python|pytest) ", rf"{sys.executable} -m \1 ", lines, flags=re.MULTILINE)
        lines = lines.replace("-m python -m", "-m")
        keep = f"declare -p TOKEN INVOICE KEY > {self.memory} 2>/dev/null || true"
        done = subprocess.run(
            ["bash", "-ec", f"source {self.memory}\n{lines}{keep}"],
            cwd=self.project,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, f"{code}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        if "curl" not in code:
            self.is_current = False
        return done.stdout

    def restart(self) -> None:
        if self.is_current:
            return
        self.stop()
        command = [sys.executable, "manage.py", "quickstart", "--port", str(self.port)]
        self.service = subprocess.Popen(
            command, cwd=self.project, env=self.environment, stdout=subprocess.DEVNULL
        )
        wait_for_port(self.port, self.service, patience=120)
        self.is_current = True

    def stop(self) -> None:
        if self.service:
            self.service.terminate()
            self.service.wait(timeout=30)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    reader = Reader(copy_project(tmp_path))
    yield reader
    reader.stop()


def test_every_step_works(reader: Reader) -> None:
    page = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    printed = []
    for above, language, code in (match.groups("") for match in _BLOCK.finditer(page)):
        if language == "bash":
            printed.append(reader.run(code))
        else:
            reader.edit(above, code)
    shown = "\n".join(printed)
    for expected in (
        '"number":"2026-001"',
        '"name":"scan.txt"',
        '"status":"paid"',
        "This invoice is paid already.",
        "ada may not pay",
        '"username":"admin"',
    ):
        assert expected in shown.replace('": "', '":"'), (expected, shown)
    needed = re.findall(r"\$\{(\w+):\?\}", (ROOT / "compose.yaml").read_text(encoding="utf-8"))
    settings = (reader.project / ".env").read_text(encoding="utf-8")
    assert {*needed, "AUTH_PLUGINS"} <= set(re.findall(r"^(\w+)=\S", settings, re.MULTILINE))
