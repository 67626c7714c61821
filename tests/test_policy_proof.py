"""The proof that REST, GraphQL, the admin and the OpenAPI document follow one policy, cell by cell.

A slice of it runs by default. `POLICY_PROOF=whole uv run --dev pytest -n 2
tests/test_policy_proof.py` asks for every entity, action, combination of roles, own and foreign
row, and field, under the default policy and a dozen others.
"""

import logging
import os
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command

from tests.policy_proof.faults import FAULTS, POLICY
from tests.policy_proof.policies import draw_policies
from tests.policy_proof.proof import SURFACES, prove
from tests.policy_proof.world import CALLERS, FIELDS, Caller

pytestmark = pytest.mark.django_db
Write = Callable[[str], Path]
WHOLE = os.environ.get("POLICY_PROOF") == "whole"
DRAWN = 12
ANONYMOUS, USER = CALLERS[0], CALLERS[2]
WHOLE_SPACE = [pytest.param(number, CALLERS, id=str(number)) for number in range(DRAWN + 1)]
SLICE = [pytest.param(0, (USER,), id="default"), pytest.param(1, (ANONYMOUS,), id="drawn")]
# For each policy and caller; 10,000 in all would be 129.
LEAST_CELLS = 300


@pytest.fixture(autouse=True)
def no_ballast(settings: Any) -> Iterator[None]:
    """Spare thousands of requests what is not in question: slow hashes, and the log of refusals."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def read_policy(number: int) -> str:
    """Return the default policy for 0, else the drawn one of this number."""
    if number == 0:
        return Path(django_settings.PERMISSIONS_FILE).read_text(encoding="utf-8")
    return draw_policies(DRAWN)[number - 1]


def test_policies_by_chance_are_the_same_in_every_run() -> None:
    for text in draw_policies(DRAWN):
        sections = tomllib.loads(text)
        narrowed = [sections[entity].get("fields", {}).values() for entity in FIELDS]
        assert all([*rules] == sorted(rules) for actions in narrowed for rules in actions), text


@pytest.mark.exhaustive
@pytest.mark.parametrize(("number", "callers"), WHOLE_SPACE if WHOLE else SLICE)
def test_all_surfaces_agree_on_every_cell(
    policy: Write, number: int, callers: tuple[Caller, ...]
) -> None:
    text = read_policy(number)
    policy(text)
    call_command("check")
    outcome = prove(text, callers)
    assert outcome.disagreements == [], text
    assert outcome.cells >= LEAST_CELLS * len(callers)


def find_disagreements(policy: Write, surface: str) -> list[str]:
    policy(POLICY)
    try:
        return prove(POLICY, [USER], [surface]).disagreements
    except (
        AssertionError
    ) as error:  # a probe saw by itself that something was stored, or shown, that must not be
        return [str(error)]


@pytest.mark.parametrize("surface", SURFACES if WHOLE else ["rest", "openapi"])
def test_without_a_fault_all_surfaces_agree(policy: Write, surface: str) -> None:
    assert find_disagreements(policy, surface) == []


@pytest.mark.parametrize(
    "name", FAULTS if WHOLE else ["REST finds foreign rows", "the document calls nothing public"]
)
def test_a_planted_fault_is_caught(
    policy: Write, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    fault = FAULTS[name]
    fault.plant(monkeypatch)
    assert find_disagreements(policy, fault.surface)
