"""System checks on permissions.toml: what it names must be there, and what is served must be named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.urls import get_resolver

from auth_core.policy.loading import Source, read_source
from auth_core.policy.ownership import owner_lookup

Keys = tuple[str, ...]


def check_policy(**_: object) -> list[CheckMessage]:
    """Check the file of settings.PERMISSIONS_FILE against the viewsets that the URLconf serves."""
    path = Path(settings.PERMISSIONS_FILE)
    source = read_source(path)
    faults = [_report(path, fault.line, fault.keys, fault.text) for fault in source.faults]
    return faults or [
        _report(path, source.line_of(keys), keys, text) for keys, text in _compare(source, served_viewsets())
    ]


def served_viewsets() -> dict[str, Any]:
    """Find the viewset of every entity that the URLconf serves, by the entity's name and in its order."""
    views = (getattr(pattern.callback, "cls", None) for pattern in _walk(get_resolver().url_patterns))
    found = dict.fromkeys(view for view in views if getattr(view, "queryset", None) is not None)
    return {str(view.queryset.model._meta.object_name): view for view in found}  # type: ignore[union-attr]


def _walk(patterns: list[Any]) -> Iterator[Any]:
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from _walk(pattern.url_patterns)
        else:
            yield pattern


def _compare(source: Source, served: dict[str, Any]) -> Iterator[tuple[Keys, str]]:
    for name in sorted(served.keys() - source.policy.sections.keys()):
        yield (name,), f"the entity has no section, so it is closed to everyone; add [{name}]"
    for name, section in source.policy.sections.items():
        if name not in served:
            yield (name,), f"there is no such entity; the entities are {', '.join(sorted(served))}"
            continue
        owned = next((action for action, rule in section.actions.items() if rule.own), None)
        if owned and (fault := _find_owner_fault(served[name].queryset.model)):
            yield (name, owned), fault
        fields = served[name].serializer_class().fields
        for action, rules in section.fields.items():
            for field in rules.keys() - fields.keys():
                yield (name, "fields", action, field), f"there is no such field; the fields are {', '.join(fields)}"


def _find_owner_fault(model: Any) -> str | None:
    try:
        owner_lookup(model)
    except LookupError as error:
        return f'"own" needs to know whose a row is: {error}'
    return None


def _report(path: Path, line: int, keys: Keys, text: str) -> CheckMessage:
    return Error(
        f"{path.name}, line {line}, {'.'.join(keys) or 'the file'}: {text}.",
        hint=f"Correct {path}; its head says what it may hold.",
        id="auth_core.E010",
    )
