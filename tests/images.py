"""Runs the steps of the Dockerfile in folders instead of images."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from tests.processes import ROOT


class Stage:
    """A folder that stands for the root of an image."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root
        self.variables: dict[str, str] = {}
        self.user = ""
        self.health: list[str] = []
        self.command: dict[str, list[str]] = {}

    def find(self, path: str) -> Path:
        return self.root / path.lstrip("/") if path.startswith("/") else self.folder / path

    def environment(self) -> dict[str, str]:
        own = {name: self._move(value) for name, value in self.variables.items()}
        return {**own, "PATH": own.get("PATH", "").replace("$PATH", os.environ["PATH"])}

    def _move(self, value: str) -> str:
        return value.replace("/srv/", f"{self.root}/srv/")


def build_image(directory: Path) -> Stage:
    """Run the Dockerfile; return its last stage. pip and uv install for real."""
    stages: dict[str, Stage] = {}
    stage = Stage(directory)
    for word, rest in read_steps():
        if word == "FROM":
            stage = stages[rest.rpartition(" AS ")[2]] = Stage(directory / f"stage{len(stages)}")
            continue
        run_step(stage, stages, word, rest)
    return stage


def read_steps() -> Iterator[tuple[str, str]]:
    for line in (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            word, _, rest = line.partition(" ")
            yield word, rest


def run_step(stage: Stage, stages: dict[str, Stage], word: str, rest: str) -> None:
    match word:
        case "WORKDIR":
            stage.folder = stage.find(rest)
            stage.folder.mkdir(parents=True, exist_ok=True)
        case "COPY":
            *flags, source, target = shlex.split(rest)
            _copy(stage, stages, flags, source, target)
        case "RUN":
            _run(stage, rest)
        case "ENV":
            name, _, value = rest.partition("=")
            stage.variables[name] = value
        case "USER":
            stage.user = rest
        case "HEALTHCHECK":
            stage.health = json.loads(rest.partition("CMD ")[2])
        case "ENTRYPOINT" | "CMD":
            stage.command[word] = json.loads(rest)
        case "EXPOSE":
            pass
        case _:
            raise ValueError(f"the test knows no step {word}")


def _copy(
    stage: Stage, stages: dict[str, Stage], flags: list[str], source: str, target: str
) -> None:
    if flags:
        (other,) = (flag.removeprefix("--from=") for flag in flags)
        origin = stages[other].find(source)
        shutil.copytree(origin, stage.find(target), symlinks=True, dirs_exist_ok=True)
    elif source == ".":
        names = [path for path in ROOT.iterdir() if _is_sent(path.name)]
        for path in names:
            _copy_part(path, stage.find(target) / path.name)
    else:
        assert _is_sent(source)
        _copy_part(ROOT / source, stage.find(target) / source)


def _copy_part(source: Path, target: Path) -> None:
    if source.is_dir():
        left_out = shutil.ignore_patterns("__pycache__", "tests")
        shutil.copytree(source, target, ignore=left_out, dirs_exist_ok=True)
    else:
        shutil.copyfile(source, target)


def _is_sent(name: str) -> bool:
    """Whether .dockerignore lets a file of the project's folder through."""
    rules = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert rules[0] == "*"
    return any(fnmatch(name, rule[1:]) for rule in rules if rule.startswith("!"))


def _run(stage: Stage, command: str) -> None:
    # uv is here already, and this machine's Python stands for the image's.
    if command.startswith("pip install"):
        return
    kept = {
        name: os.environ[name] for name in os.environ if name.startswith(("UV_", "HTTP", "SSL_"))
    }
    kept = {name: value for name, value in kept.items() if name != "UV_NO_SYNC"}
    environment = {"PATH": os.environ["PATH"], "HOME": str(Path.home()), **kept}
    # The cache of this machine spares the registry.
    subprocess.run(
        ["bash", "-ec", command.replace(" --no-cache", "")],
        cwd=stage.folder,
        env=environment,
        check=True,
    )
