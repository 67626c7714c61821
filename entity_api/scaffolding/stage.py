"""A copy of the project, in which new code is tried before the project gets it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from difflib import unified_diff
from pathlib import Path
from shutil import copytree, ignore_patterns, which
from tempfile import TemporaryDirectory

from entity_api.scaffolding.code import InputError

# Files by their paths in the project.
Files = dict[Path, str]
# No command of a project takes so many seconds.
PATIENCE = 300
# Compiled modules save a command the second in which it would compile the copy, but for those that
# are being written.
_LEFT_OUT = ignore_patterns("*.pyc.*", "node_modules", ".*")


class Stage:
    """A copy of the project at `root`. `files` are the texts that the project is to get."""

    def __init__(self, project: Path, root: Path) -> None:
        self.project = project
        self.root = root
        self.files: Files = {}

    def read(self, path: Path) -> str:
        """Return the text of a file, and an empty text where there is no file.

        Raises InputError where it cannot be read.
        """
        if path in self.files:
            return self.files[path]
        file = self.project / path
        try:
            return file.read_text(encoding="utf-8") if file.exists() else ""
        except (OSError, UnicodeError) as error:
            raise InputError(f"{path} cannot be read: {error}.") from None

    def write(self, path: Path, text: str) -> None:
        """Write the file in the copy. Raises InputError where a module cannot be compiled."""
        if path.suffix == ".py":
            try:
                compile(text, str(path), "exec")
            except (SyntaxError, ValueError) as error:
                raise InputError(f"{path} could not be compiled: {error}.") from None
        self.files[path] = text
        copy = self.root / path
        _copy_link(self.root / path.parts[0])
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text, encoding="utf-8")

    def run(self, *arguments: str) -> tuple[str, str]:
        """Run a command of the copy and return its output and its errors.

        Raises InputError with the last lines of its errors where it fails.
        """
        done = self._run(sys.executable, "manage.py", *arguments)
        if done.returncode:
            lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
            raise InputError("\n".join(["The project would not start:", *lines[-20:]]))
        return done.stdout, done.stderr

    def migrate(self, app: str, name: str) -> None:
        """Make the migration of an app, which checks the project too, and take it over."""
        folder = Path(app) / "migrations"
        self.run("makemigrations", app, "--name", name, "--no-input", "-v", "0")
        for file in sorted((self.root / folder).glob("*.py")):
            path = folder / file.name
            if not (self.project / path).exists() and path not in self.files:
                self._format(file)
                self.files[path] = file.read_text(encoding="utf-8")

    def _format(self, file: Path) -> None:
        """Let ruff lay out a migration, where it is installed, as Django lets black."""
        beside = Path(sys.executable).with_name("ruff")
        if ruff := str(beside) if beside.exists() else which("ruff"):
            self._run(ruff, "check", "--quiet", "--select", "I", "--fix", str(file))
            self._run(ruff, "format", "--quiet", "--line-length", "100", str(file))

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(  # noqa: S603 (a command of the project's own)
                command,
                cwd=self.root,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1"},
                capture_output=True,
                text=True,
                check=False,
                timeout=PATIENCE,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise InputError(f"{command[0]} cannot be run: {error}.") from None

    def compare(self) -> str:
        """Return the changes as a unified diff."""
        return "".join(
            line
            for path, text in self.files.items()
            for line in unified_diff(
                _read_lines(self.project / path),
                text.splitlines(keepends=True),
                str(path) if (self.project / path).exists() else "/dev/null",
                str(path),
            )
        )

    def install(self) -> None:
        """Write all files in the project. Raises InputError where a file cannot be written, and
        restores all of them.
        """
        before: dict[Path, bytes | None] = {}
        made: list[Path] = []
        try:
            for path in self.files:
                file = self.project / path
                before[file] = file.read_bytes() if file.exists() else None
            for path, text in self.files.items():
                made += _make_folders((self.project / path).parent)
                (self.project / path).write_text(text, encoding="utf-8")
        except BaseException as error:
            _restore(before, made)
            if isinstance(error, OSError):
                text = f"{error.filename} cannot be written: {error.strerror}."
                raise InputError(f"Nothing is changed, as {text}") from None
            raise


def _copy_link(entry: Path) -> None:
    """Put a copy in the place of a link, so that nothing is written in the project itself."""
    if entry.is_symlink():
        source = entry.resolve()
        entry.unlink()
        if source.is_dir():
            copytree(source, entry, ignore=_LEFT_OUT)
        else:
            entry.write_bytes(source.read_bytes())


def _read_lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines(keepends=True) if file.exists() else []


def _make_folders(folder: Path) -> list[Path]:
    """Make the folder, and return the folders that were missing, the outermost first."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def _restore(before: Mapping[Path, bytes | None], made: list[Path]) -> None:
    for file, old in before.items():
        with suppress(OSError):
            if old is None:
                file.unlink(missing_ok=True)
            elif file.read_bytes() != old:
                file.write_bytes(old)
    for folder in reversed(made):
        with suppress(OSError):
            folder.rmdir()


@contextmanager
def make_stage(project: Path) -> Iterator[Stage]:
    """Yield a copy of the project. Its packages are copied; other files and folders are linked.

    The copy has no database of its own and no hidden files.
    """
    with TemporaryDirectory(prefix="stage-") as folder:
        root = Path(folder)
        for entry in project.iterdir():
            copy = root / entry.name
            if entry.name.startswith(".") or ".sqlite3" in entry.name:
                continue
            if entry.suffix == ".py":
                copy.write_bytes(entry.read_bytes())
            elif (entry / "__init__.py").exists():
                copytree(entry, copy, ignore=_LEFT_OUT)
            elif not copy.exists():
                copy.symlink_to(entry)
        yield Stage(project, root)
