"""The checks by the ids of what they check, and what they find."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

if TYPE_CHECKING:
    from auth_core.asvs.world import World

PASS, FAIL, ABSENT = "pass", "fail", "n/a"
Check = Callable[["World"], str]


class UnmetError(Exception):
    """The requirement is not met; the text is the evidence."""


class AbsentError(Exception):
    """There is nothing here that the requirement is about; the text says what."""


@dataclass(frozen=True)
class Finding:
    """What came of the checks of one id: `pass` if all that apply pass, `n/a` if none applies."""

    id: str
    outcome: str
    evidence: str


class Catalogue:
    """Checks, several of which may share an id: each part of the service answers for itself."""

    def __init__(self) -> None:
        self._checks: dict[str, list[Check]] = defaultdict(list)

    def requirement(self, *ids: str) -> Callable[[Check], Check]:
        """Register a check, which returns its evidence or raises UnmetError or AbsentError."""

        def register(check: Check) -> Check:
            for name in ids:
                if check not in self._checks[name]:
                    self._checks[name].append(check)
            return check

        return register

    def run(self, world: World) -> list[Finding]:
        """Run everything, in the order of the ids; a check that breaks is one that fails."""
        return [
            _merge(name, [_run(check, world) for check in self._checks[name]])
            for name in sorted(self._checks, key=_order)
        ]


CATALOGUE = Catalogue()
requirement = CATALOGUE.requirement


def _order(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in name.split("."))


def _run(check: Check, world: World) -> tuple[str, str]:
    try:
        with transaction.atomic():
            return PASS, check(world)
    except UnmetError as unmet:
        return FAIL, str(unmet)
    except AbsentError as absent:
        return ABSENT, str(absent)
    except Exception as error:  # noqa: BLE001 (what cannot be shown is not met, and the others are still to be told)
        return FAIL, f"the check broke: {type(error).__name__}: {error}"


def _merge(name: str, results: list[tuple[str, str]]) -> Finding:
    outcomes = {outcome for outcome, _ in results}
    outcome = next(each for each in (FAIL, PASS, ABSENT) if each in outcomes)
    return Finding(name, outcome, "; ".join(text for each, text in results if each == outcome))


def require(condition: object, unmet: str) -> None:
    if not condition:
        raise UnmetError(unmet)
