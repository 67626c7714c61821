"""System checks on views that serve a model and could not obey permissions.toml."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from inspect import getsourcelines
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from rest_framework.permissions import BasePermission
from rest_framework.serializers import Serializer

from auth_core.policy.actions import list_own_actions
from auth_core.policy.loading import read_source
from auth_core.policy.policy import Section
from auth_core.policy.served import list_unnamed_views, list_views, overrides
from auth_core.registry import installed_providers

ASKED = ("visible_rows", "allowed_fields")
NO_SECTION = Section({}, {})


def check_views(**_: object) -> list[CheckMessage]:
    """Check every view that the URLconf serves against the rules for its model."""
    sections = read_source(settings.PERMISSIONS_FILE).policy.sections
    views = ((entity, view) for entity, served in list_views().items() for view in served)
    found = [
        fault
        for entity, view in views
        for fault in _check(view, entity, sections.get(entity, NO_SECTION))
    ]
    return found + [_report_unnamed(view) for view in list_unnamed_views()]


def _check_providers(view: Any) -> Iterator[CheckMessage]:
    if wrong := _list_unknown_providers(view):
        yield Error(
            f"{locate(view)} names providers that are not installed: {', '.join(wrong)}.",
            hint=f"Name some of these: {', '.join(each.name for each in installed_providers())}. "
            'A set of names is written providers = ("auth_jwt",).',
            id="auth_core.E015",
        )


def _check_recent(view: Any) -> Iterator[CheckMessage]:
    marked = getattr(view, "requires_recent_auth", ())
    known = ["create", "update", "delete", *list_own_actions(view)]
    names = [marked] if isinstance(marked, str) or not isinstance(marked, Collection) else marked
    wrong = [repr(name) for name in names if name not in known]
    if marked is not True and (wrong or isinstance(marked, str)):
        yield Error(
            f"{locate(view)} has requires_recent_auth = {marked!r}, which marks no action.",
            hint=f"Name some of these: {', '.join(known)}. "
            'A set of names is written requires_recent_auth = ("delete",); True is all actions.',
            id="auth_core.E023",
        )


def _list_unknown_providers(view: Any) -> list[str]:
    named = getattr(view, "providers", None)
    if named is None:
        return []
    if isinstance(named, str) or not isinstance(named, Collection):
        return [repr(named)]
    known = {provider.name for provider in installed_providers()}
    return [repr(name) for name in named if name not in known]


def _check(view: Any, entity: str, section: Section) -> Iterator[CheckMessage]:
    if not any(_asks_policy(permission) for permission in view.permission_classes):
        yield Error(
            f"{locate(view)} serves {entity} and does not ask PolicyPermission: permissions.toml "
            "does not hold there.",
            hint="Leave permission_classes out, or name auth_core.permissions.PolicyPermission "
            "among them, "
            'not joined by & or |. What is open to everyone is "public" in permissions.toml.',
            id="auth_core.E011",
        )
    yield from _check_providers(view)
    yield from _check_recent(view)
    if hasattr(view, "asks_permissions"):
        return
    owned = next(
        (f"{name} = {rule.text}" for name, rule in section.actions.items() if rule.own), None
    )
    if owned and not _asks_for_rows(view):
        yield Error(
            f"{locate(view)} serves {entity} and never asks which rows a caller reaches, but "
            f"[{entity}] {owned}.",
            hint="Derive it from GenericAPIView, use get_object() or filter_queryset(), and name "
            "auth_core.filtering.PolicyFilterBackend in filter_backends, or leave filter_backends "
            "out.",
            id="auth_core.E012",
        )
    narrowed = next(
        (f"fields.{action}.{name}" for action, rules in section.fields.items() for name in rules),
        None,
    )
    if narrowed and not _asks_for_fields(view):
        yield Error(
            f"{locate(view)} serves {entity} and never asks which fields are open, but "
            f"[{entity}] has {narrowed}.",
            hint="Derive it from GenericAPIView, use get_serializer(), and leave the serializer "
            "its to_representation.",
            id="auth_core.E013",
        )


def _asks_policy(permission: Any) -> bool:
    """Whether a permission class answers for rows and fields; two joined by & or | do not."""
    known = isinstance(permission, type) and issubclass(permission, BasePermission)
    return known and any(hasattr(permission, name) for name in ASKED)


def _asks_for_rows(view: Any) -> bool:
    backends = getattr(view, "filter_backends", ())
    return any(getattr(backend, "asks_permissions", False) for backend in backends)


def _asks_for_fields(view: Any) -> bool:
    if not hasattr(view, "get_serializer"):
        return False
    if overrides(view, "get_serializer_class") or view.serializer_class is None:
        return True
    shown = view.serializer_class
    return issubclass(shown, Serializer) and shown.to_representation is Serializer.to_representation


def _report_unnamed(view: Any) -> CheckMessage:
    return Error(
        f"{locate(view)} makes its queryset for each request: which model it serves is unknown "
        "at the start.",
        hint="Set queryset beside get_queryset(), such as queryset = Order.objects.none().",
        id="auth_core.E014",
    )


def locate(view: Any) -> str:
    try:
        line = f" (line {getsourcelines(view)[1]})"
    except (OSError, TypeError):
        line = ""
    return f"{view.__module__}.{view.__qualname__}{line}"
