"""The checks by the ids of their requirements, and their findings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

if TYPE_CHECKING:
    from auth_core.asvs.world import World

PASS, FAIL, ABSENT = "pass", "fail", "n/a"
IDS = (
    *(
        "6.2.1",
        "6.2.2",
        "6.2.3",
        "6.2.4",
        "6.2.5",
        "6.2.6",
        "6.2.7",
        "6.2.8",
        "6.2.9",
        "6.3.1",
        "6.3.2",
        "6.3.8",
    ),
    *(
        "7.2.3",
        "7.2.4",
        "7.3.1",
        "7.3.2",
        "7.4.1",
        "7.4.2",
        "7.4.5",
        "7.5.2",
        "8.2.1",
        "8.2.2",
        "8.2.3",
        "8.3.2",
    ),
    *("9.1.1", "9.1.2", "9.1.3", "9.2.1", "9.2.2", "9.2.3", "10.4.5", "11.4.1", "11.4.2", "13.2.3"),
    *("16.2.5", "16.3.1", "16.5.1"),
)
NOBODY = (ABSENT, "no installed provider has what this is about")
Check = Callable[["World"], str]


class UnmetError(Exception):
    """The requirement is not met; the text is the evidence."""


class AbsentError(Exception):
    """The service lacks the part that the requirement is about. The text names that part."""


@dataclass(frozen=True)
class Finding:
    """The result for an id: `pass` if all checks pass, `n/a` without an applicable check."""

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

    def run(self, world: World, modules: Collection[str]) -> list[Finding]:
        """Run the checks of the modules, in the order of the ids; a check that raises an error
        fails.
        """
        findings = []
        for name in sorted({*IDS, *self._checks}, key=_order):
            checks = [check for check in self._checks[name] if check.__module__ in modules]
            findings.append(_merge(name, [_run(check, world) for check in checks] or [NOBODY]))
        return findings


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
    except Exception as error:  # noqa: BLE001 (a broken check is a failed check, and the others still run)
        return FAIL, f"the check broke: {type(error).__name__}: {error}"


def _merge(name: str, results: list[tuple[str, str]]) -> Finding:
    outcomes = {outcome for outcome, _ in results}
    outcome = next(each for each in (FAIL, PASS, ABSENT) if each in outcomes)
    return Finding(name, outcome, "; ".join(text for each, text in results if each == outcome))


def require(condition: object, unmet: str) -> None:
    if not condition:
        raise UnmetError(unmet)
