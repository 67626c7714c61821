"""The whole policy as a matrix of entities, actions and callers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auth_core.caller import Roles
from auth_core.policy.policy import ACTIONS, Decision, Policy
from auth_core.policy.rule import Reach
from runtime.tables import draw_table

ROWS = {Reach.NONE: "none", Reach.OWN_ROWS: "own", Reach.ALL_ROWS: "all"}
HEAD = ("entity", "action", "anyone", "known")


@dataclass(frozen=True)
class Line:
    """An action of an entity, decided for each kind of caller: unknown, no role, each role."""

    entity: str
    action: str
    rule: str
    anyone: Decision
    known: Decision
    roles: dict[str, Decision]


def list_lines(policy: Policy, entities: Iterable[str]) -> Iterator[Line]:
    """Return the matrix line by line, for entities in this order."""
    for entity in entities:
        for action in policy.list_actions(entity):
            anyone, known = (
                policy.decide(roles, entity, action) for roles in (None, frozenset[str]())
            )
            roles = {
                role: policy.decide(frozenset({role}), entity, action) for role in policy.roles
            }
            yield Line(entity, action, policy.rule(entity, action).text, anyone, known, roles)


def describe_line(line: Line) -> dict[str, object]:
    """Return a line for machines."""
    roles = {role: describe_decision(decision) for role, decision in line.roles.items()}
    head = {"entity": line.entity, "action": line.action, "rule": line.rule}
    return {
        **head,
        "anyone": describe_decision(line.anyone),
        "known": describe_decision(line.known),
        "roles": roles,
    }


def describe_decision(decision: Decision) -> dict[str, object]:
    """Return the rows and the withheld fields of a decision for machines."""
    return {"rows": ROWS[decision.reach], "withheld": sorted(decision.withheld)}


def draw_matrix(roles: Iterable[str], lines: Iterable[Line]) -> str:
    """Draw the matrix for people: a blank line between entities, a dash for nothing."""
    rows = [(*HEAD, *roles)]
    for line in lines:
        name = line.entity if line.action == ACTIONS[0] else ""
        rows.append(
            (
                name,
                line.action,
                *(write_decision(each) for each in (line.anyone, line.known, *line.roles.values())),
            )
        )
    return "\n".join(
        f"\n{text}" if row[0] and row is not rows[0] else text
        for row, text in zip(rows, draw_table(rows), strict=True)
    )


def write_decision(decision: Decision) -> str:
    """Return the rows and the withheld fields of a decision in words; a dash for nothing."""
    if decision.reach is Reach.NONE:
        return "-"
    without = f" without {', '.join(sorted(decision.withheld))}" if decision.withheld else ""
    return f"{ROWS[decision.reach]} rows{without}"


def state_verdict(
    name: str, decision: Decision, entity: str, action: str, field: str | None
) -> str:
    """Return a sentence on the rights of a caller."""
    target = f"{entity}.{field}" if field else entity
    if decision.reach is Reach.NONE or field in decision.withheld:
        return f"{name} may not {action} {target}."
    withheld = (
        ""
        if field or not decision.withheld
        else f", without {', '.join(sorted(decision.withheld))}"
    )
    return f"{name} may {action} {target}, {ROWS[decision.reach]} rows{withheld}."


def find_granting(roles: Roles, policy: Policy) -> tuple[list[str], list[str]]:
    """Split a caller's roles into those that the policy knows and those that grant nothing."""
    held = sorted(roles or ())
    return [role for role in held if role in policy.roles], [
        role for role in held if role not in policy.roles
    ]
