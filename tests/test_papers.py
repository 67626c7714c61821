"""The papers of the project agree with each other and with what there is."""

from __future__ import annotations

import re
import tomllib
from configparser import ConfigParser
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PAPERS = ("CHANGELOG", "CODE_OF_CONDUCT", "CONTRIBUTING", "SECURITY")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_license_is_the_one_that_the_package_names() -> None:
    assert PROJECT["license"] == "Apache-2.0"
    assert "Apache License\n" in read("LICENSE")
    assert "END OF TERMS AND CONDITIONS" in read("LICENSE")


def test_the_changelog_begins_with_the_version() -> None:
    first = re.search(r"^## (\S+),", read("CHANGELOG.md"), re.MULTILINE)
    assert first
    assert first[1] == PROJECT["version"]


@pytest.mark.parametrize("paper", PAPERS)
def test_a_paper_links_to_files_that_there_are(paper: str) -> None:
    text = read(f"{paper}.md")
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    assert [link for link in links if not (ROOT / link).exists()] == []
    assert f"{paper}.md" in read("README.md")


def test_the_workflow_runs_the_checks_with_the_oldest_python() -> None:
    workflow = yaml.safe_load(read(".github/workflows/checks.yaml"))
    steps = workflow["jobs"]["checks"]["steps"]
    assert steps[-1] == {"run": ".ci/run"}
    assert steps[0]["with"]["fetch-depth"] == 0
    versions = [
        step["with"]["python-version"] for step in steps if "python" in step.get("uses", "")
    ]
    assert [f">={version}" for version in versions] == [PROJECT["requires-python"]]


def test_each_recipe_that_contributors_are_told_exists() -> None:
    recipes = set(re.findall(r"^(\w+)[^:\n]*:", read("justfile"), re.MULTILINE))
    assert set(re.findall(r"just (\w+)", read("CONTRIBUTING.md"))) <= recipes


def test_editors_get_the_line_length_of_the_checks() -> None:
    parser = ConfigParser()
    parser.read_string("[top]\n" + read(".editorconfig"))
    tools = tomllib.loads(read("pyproject.toml"))["tool"]
    assert parser["*.py"]["max_line_length"] == str(tools["ruff"]["line-length"])


def test_each_requirement_is_a_range_with_the_exact_version_beside_it() -> None:
    """The wheel goes into projects with versions of their own; the service has exact versions.

    Ask for a range such as `pyotp>=2.9,<3` in dependencies or an extra, and pin the version in the
    group `service` or `dev`, or in constraint-dependencies.
    """
    extras = PROJECT["optional-dependencies"].values()
    asked = [*PROJECT["dependencies"], *(each for extra in extras for each in extra)]
    whole = tomllib.loads(read("pyproject.toml"))
    groups, constraints = whole["dependency-groups"], whole["tool"]["uv"]["constraint-dependencies"]
    pins = map(Requirement, [*groups["service"], *groups["dev"], *constraints])
    exact = {pin.name: str(pin.specifier).removeprefix("==") for pin in pins}
    ranges = [each for each in map(Requirement, asked) if each.name != PROJECT["name"]]
    assert [str(each) for each in ranges if "==" in str(each.specifier)] == []
    assert [str(each) for each in ranges if not each.specifier.contains(exact[each.name])] == []
