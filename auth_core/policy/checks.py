"""System checks on permissions.toml: it names every served entity, and no unknown names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from auth_core.policy.actions import list_own_actions
from auth_core.policy.loading import Source, read_source
from auth_core.policy.ownership import owner_lookup
from auth_core.policy.policy import ACTIONS, Section
from auth_core.policy.served import fields_of, find_model, list_linked, list_views

Keys = tuple[str, ...]


def check_policy(**_: object) -> list[CheckMessage]:
    """Check the file of settings.PERMISSIONS_FILE against the viewsets that the URLconf serves."""
    path = Path(settings.PERMISSIONS_FILE)
    source = read_source(path)
    faults = [_report(path, fault.line, fault.keys, fault.text) for fault in source.faults]
    if faults and not source.policy.sections:
        return faults
    differences = _compare(source, list_views())
    return faults + [_report(path, source.line_of(keys), keys, text) for keys, text in differences]


def _compare(source: Source, served: dict[str, list[Any]]) -> Iterator[tuple[Keys, str]]:
    for name in sorted(served.keys() - source.policy.sections.keys()):
        yield (name,), f"the entity has no section, so it is closed to everyone; add [{name}]"
    for name, section in source.policy.sections.items():
        if name not in served:
            yield from _compare_unserved(name, section, served)
            continue
        owned = next((action for action, rule in section.actions.items() if rule.own), None)
        model = find_model(served[name][0])
        if owned and (fault := _find_owner_fault(model)):
            yield (name, owned), f'"own" needs to know whose a row is: {fault}'
        elif getattr(model, "owner_path", None) is not None and (fault := _find_owner_fault(model)):
            yield (name,), f"correct whose a row is, or take owner_path out: {fault}"
        known = list(
            dict.fromkeys(
                [*ACTIONS, *(own for view in served[name] for own in list_own_actions(view))]
            )
        )
        for action in section.actions.keys() - set(known):
            yield (name, action), f"there is no such action; the actions are {', '.join(known)}"
        fields = {field: None for view in served[name] for field in fields_of(view)}
        for action, rules in section.fields.items():
            for field in rules.keys() - fields.keys():
                yield (
                    (name, "fields", action, field),
                    f"there is no such field; the fields are {', '.join(fields)}",
                )


def _compare_unserved(
    name: str, section: Section, served: dict[str, list[Any]]
) -> Iterator[tuple[Keys, str]]:
    """Yield the faults of a section that may still say who sees the links to a model."""
    if name not in list_linked(served):
        yield (name,), f"there is no such entity; the entities are {', '.join(sorted(served))}"
    elif section.fields:
        yield (name, "fields"), "no view serves this model, so it has no fields to rule on"


def _find_owner_fault(model: Any) -> str | None:
    try:
        owner_lookup(model)
    except LookupError as error:
        return str(error)
    return None


def _report(path: Path, line: int, keys: Keys, text: str) -> CheckMessage:
    return Error(
        f"{path.name}, line {line}, {'.'.join(keys) or 'the file'}: {text}.",
        hint=f"Correct {path}; its head says what it may hold.",
        id="auth_core.E010",
    )
