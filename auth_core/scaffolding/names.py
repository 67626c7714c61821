"""The names of a new plugin, made from the name that a developer gives."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from django.apps import apps

# The audit has a column of this length.
LONGEST = 40
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


class InputError(ValueError):
    """A fault in a developer's input, in one line."""


@dataclass(frozen=True)
class Names:
    """The names of a plugin: `my_keys`, `MyKeys`, `myKeys` and `X-My-Keys`."""

    name: str

    @property
    def camel(self) -> str:
        """The beginning of its classes."""
        return "".join(word.capitalize() for word in self.name.split("_"))

    @property
    def field(self) -> str:
        """The name of an input of a login."""
        return self.camel[0].lower() + self.camel[1:]

    @property
    def header(self) -> str:
        """The name of a header of its own."""
        return "-".join(["X", *(word.capitalize() for word in self.name.split("_"))])


def read_name(name: str, project: Path) -> Names:
    """Return the names of a new plugin of the project. Raises InputError for a wrong or taken name.

    A name is taken by a file of the project, an installed app, and a module of Python or a package.
    """
    if not NAME.fullmatch(name) or len(name) > LONGEST:
        raise InputError(
            f"{name!a} is no name of an app: write at most {LONGEST} small letters, digits and "
            "single _, such as my_keys."
        )
    if keyword.iskeyword(name) or keyword.issoftkeyword(name):
        raise InputError(f"{name!r} is a word of Python. Choose another name.")
    if (project / name).exists() or (project / f"{name}.py").exists():
        raise InputError(f"The project has {name!r} already. Choose another name.")
    if any(name in (app.label, app.name) for app in apps.get_app_configs()) or find_spec(name):
        raise InputError(f"There is a module {name!r} already. Choose another name.")
    return Names(name)
