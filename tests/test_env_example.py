"""`.env.example` has every variable, and a copy of it changes no setting."""

from __future__ import annotations

import re

from tests.environment import VARIABLES
from tools.env_example import FILE, write_example

LINE = re.compile(r"^#([A-Z_]+)=(.*)$", re.MULTILINE)


def test_it_is_what_the_command_writes() -> None:
    assert FILE.read_text(encoding="utf-8") == write_example()


def test_it_has_every_variable() -> None:
    assert sorted(name for name, _ in LINE.findall(write_example())) == sorted(VARIABLES)


def test_a_copy_sets_nothing() -> None:
    lines = FILE.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []


def test_it_shows_defaults_that_are_values() -> None:
    shown = dict(LINE.findall(write_example()))
    assert (shown["PORT"], shown["JWT_EXPIRATION"], shown["SECRET_KEY"]) == ("8000", "1h", "")
