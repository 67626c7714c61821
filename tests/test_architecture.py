"""docs/architecture.md names the packages and the nouns of the code."""

import ast
import re

from tests.processes import ROOT
from tools.imports import PACKAGES, find_modules

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def list_classes() -> set[str]:
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in find_modules().values())
    return {
        node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
    }


def read_nouns() -> list[str]:
    return re.findall(r"^\| `(\w+)` \|", PAGE.partition("## Words")[2], re.MULTILINE)


def test_every_package_has_its_line() -> None:
    table = PAGE.partition("## Packages")[2].partition("##")[0]
    assert all(f"`{package}`" in table for package in PACKAGES)


def test_every_noun_of_the_glossary_is_a_class() -> None:
    assert set(read_nouns()) <= list_classes()


def test_the_glossary_is_short() -> None:
    nouns = read_nouns()
    assert 10 <= len(nouns) == len(set(nouns)) <= 15
