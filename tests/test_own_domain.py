"""What an adopter adds turns no test of the product red: an entity of docs/entities.md, and a plugin."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import pytest

from tests.copied_project import copy_project, run
from tests.processes import ROOT
from tests.quickstarted import make_fresh_environment
from tests.test_empty_domain import ENTITY

pytestmark = [pytest.mark.exhaustive, pytest.mark.one_database]

# The other tests know none of these: they see the settings, the addresses and the domain of tests/.
_OF_THE_PROJECT = re.compile(r"\b(config|entities|AUTH_PLUGINS|INSTALLED_APPS|readme|ROOT)\b")
# Words of English too. A variable or a parameter that has such a name leads to no project.
_PACKAGES = re.compile(r"\b(config|entities)\b")
_EXHAUSTIVE = re.compile(r"^pytestmark = .*exhaustive|^pytestmark = \[\n.*exhaustive", re.MULTILINE)


def list_tests_of_the_project() -> list[str]:
    files = sorted((ROOT / "tests").glob("test_*.py"))
    texts = {f"tests/{file.name}": file.read_text(encoding="utf-8") for file in files}
    return [
        name
        for name, text in texts.items()
        if not _EXHAUSTIVE.search(text) and _leads_to_the_project(text)
    ]


def _leads_to_the_project(text: str) -> bool:
    """Whether the code does: its imports, its texts or its names, without what it says of itself."""
    nodes = list(ast.walk(ast.parse(text)))
    said = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if id(node) in said:
            continue
        match node:
            case ast.ImportFrom(module=str(name)) | ast.alias(name=name) | ast.Constant(str(name)):
                found = _OF_THE_PROJECT.search(name)
            case ast.Name(name) | ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
                found = _OF_THE_PROJECT.search(_PACKAGES.sub("", name))
            case _:
                continue
        if found:
            return True
    return False


@pytest.fixture
def project(tmp_path: Path) -> Path:
    copy = copy_project(tmp_path)
    for path, code in ENTITY.items():
        file = copy / path
        before, separator, after = file.read_text(encoding="utf-8").partition("\nurlpatterns")
        file.write_text(f"{before}\n\n{code}{separator}{after}", encoding="utf-8")
    plugin = copy / "auth_mykeys"
    copytree(copy / "tests" / "dummy_provider", plugin)
    for file in plugin.glob("*.py"):
        text = file.read_text(encoding="utf-8").replace("tests.dummy_provider", plugin.name)
        file.write_text(text, encoding="utf-8")
    environment = copy / "config" / "environment.py"
    text = environment.read_text(encoding="utf-8")
    environment.write_text(text.replace('"auth_basic")', '"auth_basic", "auth_mykeys")'), "utf-8")
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings"}
    run(copy, "manage.py", "makemigrations", "entities", **settings)
    assert "auth_mykeys" in run(copy, "manage.py", "diffsettings", **settings)
    return copy


def test_no_test_of_the_product_turns_red(project: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *list_tests_of_the_project()],
        cwd=project,
        env=make_fresh_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
