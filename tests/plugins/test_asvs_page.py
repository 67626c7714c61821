"""docs/asvs.md: what it says that the audit checks, the audit checks."""

from __future__ import annotations

import re

import pytest

from auth_core.asvs import catalogue
from auth_core.asvs.run import audit_service
from tests.processes import ROOT

PAGE = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) [^|]*\| ([a-z/, ]+) \|", re.MULTILINE)
ALL = {
    "6.1": 3,
    "6.2": 12,
    "6.3": 8,
    "6.4": 4,
    "6.5": 5,
    "6.6": 3,
    "6.8": 4,
    "7.1": 3,
    "7.2": 4,
    "7.3": 2,
    "7.4": 5,
    "7.5": 2,
    "7.6": 2,
}


def test_it_has_every_requirement_of_levels_1_and_2() -> None:
    expected = [f"{part}.{number}" for part, most in ALL.items() for number in range(1, most + 1)]
    assert [name for name, _ in ROW.findall(PAGE)] == expected


@pytest.mark.django_db
@pytest.mark.usefixtures("quick_hashes")
def test_those_of_the_audit_are_those_that_the_audit_has() -> None:
    named = {name for name, how in ROW.findall(PAGE) if "audit" in how.split(", ")}
    found = {each.id for each in audit_service() if each.outcome != catalogue.ABSENT}
    assert named == {name for name in found if name.startswith(("6.", "7."))}
