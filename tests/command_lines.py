"""The project's own commands, their examples, and the files that the examples name."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

from django.apps import apps
from django.core.management import get_commands, load_command_class

from runtime.command import ProjectCommand
from tests.processes import ROOT

FILES = {
    "users.csv": "username,email,password_hash,roles\ngrace,grace@example.org,,user\n",
    "users.jsonl": json.dumps({"username": "mary", "roles": "user"}) + "\n",
    "password.txt": "Difference-Engine-1\n",
    "server/src/grants.json": json.dumps(
        [
            {"role": "user", "resource": "Customer", "action": "read:any", "attributes": "*"},
            {"role": "admin", "resource": "Customer", "action": "delete:any", "attributes": "*"},
        ]
    ),
    "server/prisma/schema.prisma": (
        "model Parcel {\n  id String @id @default(cuid())\n  weight Int?\n"
        "  createdAt DateTime @default(now())\n  updatedAt DateTime @updatedAt\n}\n"
    ),
}


def list_commands() -> list[str]:
    """Return the names of the commands of this project's apps."""
    places = {config.name: Path(config.path) for config in apps.get_app_configs()}
    ours = {
        name for name, path in places.items() if ROOT in path.parents and ".venv" not in str(path)
    }
    return sorted(name for name, app in get_commands().items() if app in ours)


def load(name: str) -> ProjectCommand:
    command = load_command_class(get_commands()[name], name)
    assert isinstance(command, ProjectCommand), f"{name} has another base than ProjectCommand"
    return command


def list_examples() -> list[str]:
    return [example for name in list_commands() for example in load(name).examples]


def split(example: str) -> tuple[list[str], str | None]:
    """Return the words of an example, and the file that its standard input comes from."""
    words = shlex.split(example)
    return (words[:-2], words[-1]) if "<" in words else (words, None)


def write_files(folder: Path) -> None:
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
