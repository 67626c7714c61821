"""docs/architecture.md names the packages and the nouns of the code."""

import ast
import re

from django.conf import global_settings

from runtime.plugins import declare_settings
from runtime.project import FOLLOWING, list_defaults
from tests.processes import ROOT
from tools.imports import LIBRARY, PACKAGES, find_modules

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


# Settings of Django REST framework and drf-spectacular, those that every project has, those that
# configure() makes, and those of commands for the service alone.
OTHERS = {
    *("BASE_DIR", "SPECTACULAR_SETTINGS", "SETTINGS_MODULE", "NON_FIELD_ERRORS_KEY"),
    *("DEFAULT_AUTHENTICATION_CLASSES", "DEFAULT_PERMISSION_CLASSES", "DEFAULT_SCHEMA_CLASS"),
    *("ROOT_URLCONF", "AUTH_PLUGINS", "ROLES", "PORT", "SERVER", "HASH_MEMORY_KIB"),
}


def test_each_setting_that_the_library_reads_has_a_default() -> None:
    """It is in runtime/defaults.py or runtime/project.py, or the plugin declares it."""
    files = (path for package in LIBRARY for path in (ROOT / package).rglob("*.py"))
    code = "".join(path.read_text(encoding="utf-8") for path in files)
    read = set(re.findall(r"\bsettings\.([A-Z][A-Z0-9_]+)", code))
    plugins = [package for package in LIBRARY if package.startswith("auth_")]
    declared = {variable.name for variable in declare_settings(plugins)}
    known = {*list_defaults(), *FOLLOWING, *declared, *dir(global_settings), *OTHERS}
    assert read - known == set()
