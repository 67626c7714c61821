"""System checks on viewsets and their permission classes. A hook without effect stops the start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from difflib import get_close_matches
from inspect import getsource, isfunction, signature
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.checks import CheckMessage, Error
from django.urls import get_resolver
from rest_framework.permissions import BasePermission

from entity_api.access import HOOKS
from entity_api.description.hooks import HONOURED, REFUSED
from entity_api.description.places import find_place
from entity_api.description.registry import VIEWSETS, describe_entity
from entity_api.description.serializer_choice import find_fault
from entity_api.kind_checks import check_annotations, check_kinds, check_names_of_choices
from entity_api.link_checks import check_generic_links, check_targets
from entity_api.permission import EntityPermission
from entity_api.rest.viewset import EntityViewSet
from entity_api.writing.history import ADMIN

if TYPE_CHECKING:
    Faults = Iterator[CheckMessage]

# DRF asks joined permission classes for these answers alone.
ASKED_JOINED = frozenset({"has_permission", "has_object_permission"})
# The share of common letters from which on a name counts as a misspelling of another.
ALIKE = 0.8


def check_viewsets(**_: object) -> list[CheckMessage]:
    """Return the faults of all viewsets that a router serves."""
    list(get_resolver().url_patterns)  # loads the routers, which register the viewsets
    checks = (
        _check_refused,
        _check_spelling,
        _check_queryset,
        _check_history,
        _check_serializers,
        check_generic_links,
        check_targets,
        _check_actions,
        _check_search,
        _check_permissions,
        check_annotations,
        check_kinds,
        check_names_of_choices,
    )
    faults = [
        fault for viewset in VIEWSETS.values() for check in checks for fault in check(viewset)
    ]
    return list({(fault.msg, fault.id): fault for fault in faults}.values())


def _check_refused(viewset: type[EntityViewSet]) -> Faults:
    for name in sorted(viewset.overridden & REFUSED.keys()):
        text = f"{viewset.__name__}.{name} would hold for REST only, so it is not asked."
        yield _report(viewset, name, text, f"{REFUSED[name]}.", "entity_api.E001")


def _check_spelling(viewset: type[EntityViewSet]) -> Faults:
    actions = {action.__name__ for action in _list_actions(viewset)}
    for name in sorted(set(dir(viewset)) - set(dir(EntityViewSet)) - actions):
        if meant := get_close_matches(name, HONOURED, 1, ALIKE):
            yield _misspelt(viewset, name, meant[0], "entity_api.E002")


def _list_actions(viewset: type[EntityViewSet]) -> list[Any]:
    """Return the author's own actions. Another check refuses a viewset that overrides the list."""
    return [] if viewset.overrides("get_extra_actions") else viewset.get_extra_actions()


def _check_queryset(viewset: type[EntityViewSet]) -> Faults:
    model, rows = viewset.serializer_class.Meta.model, viewset.queryset
    if rows is None or rows.model is not model:
        text = f"{viewset.__name__}.queryset does not give rows of {model.__name__}."
        yield _report(
            viewset,
            "queryset",
            text,
            f"Set queryset = {model.__name__}.objects.all().",
            "entity_api.E003",
        )
    method: Any = viewset.get_queryset
    if (
        viewset.overrides("get_queryset")
        and _list_actions(viewset)
        and "super()" not in getsource(method)
    ):
        text = (
            f"{viewset.__name__}.get_queryset gives its own actions rows that the permissions do "
            "not limit."
        )
        hint = "Begin with rows = super().get_queryset() and filter these."
        yield _report(viewset, "get_queryset", text, hint, "entity_api.E004")


def _check_history(viewset: type[EntityViewSet]) -> Faults:
    if viewset.keeps_history and not apps.is_installed(ADMIN):
        text = (
            f"{viewset.__name__} keeps a history, and {ADMIN}, which stores it, is not installed."
        )
        yield _report(viewset, "keeps_history", text, f"Install {ADMIN}.", "entity_api.E019")


def _check_serializers(viewset: type[EntityViewSet]) -> Faults:
    for action in ("list", "retrieve", "create", "partial_update"):
        made = viewset(request=None, action=action, kwargs={})
        # A method that needs a request fails here. The first request shows its faults.
        with suppress(Exception):
            if fault := find_fault(made, made.get_serializer_class()):
                hint = (
                    "Give a serializer of the same model. Name all of its fields in "
                    "serializer_class as well."
                )
                yield _report(viewset, "get_serializer_class", fault, hint, "entity_api.E005")


def _check_actions(viewset: type[EntityViewSet]) -> Faults:
    """Refuse an action at the address of another route. One of the two would never be called."""
    entity = describe_entity(viewset)
    members = {*entity.relations, *entity.files}
    for action in sorted(_list_actions(viewset), key=lambda each: each.__name__):
        name = action.__name__
        if name not in (members if action.detail else ("bulk",)):
            continue
        text = f"{viewset.__name__}.{name} has the address of the field {name}."
        if not action.detail:
            text = f"{viewset.__name__}.{name} has the address that writes many rows."
        yield _report(viewset, name, text, "Rename the action.", "entity_api.E010")


def _check_search(viewset: type[EntityViewSet]) -> Faults:
    """Refuse a name in `search_fields` that is no column of text which the serializer shows."""
    entity = describe_entity(viewset)
    for name in viewset.search_fields:
        if name not in entity.texts:
            text = f"{viewset.__name__}.search_fields names {name!r}, which cannot be searched."
            hint = (
                f"Name fields of text of {entity.model.__name__} that its serializer shows, "
                "without a prefix and without a path to other models."
            )
            yield _report(viewset, "search_fields", text, hint, "entity_api.E014")


def _check_permissions(viewset: type[EntityViewSet]) -> Faults:
    for permission in viewset.permission_classes:
        if not isinstance(permission, type):
            yield from _check_joined(viewset, permission)
            continue
        for name in dir(permission):
            if name.startswith("_") or name in HOOKS or hasattr(BasePermission, name):
                continue
            method = getattr(permission, name)
            meant = get_close_matches(name, HOOKS, 1, ALIKE)
            is_ours = issubclass(permission, EntityPermission) and isfunction(method)
            if meant or is_ours or _takes_a_view(method):
                yield _misspelt(permission, name, meant[0] if meant else "", "entity_api.E006")


def _takes_a_view(method: object) -> bool:
    return isfunction(method) and list(signature(method).parameters)[1:3] == ["request", "view"]


def _check_joined(viewset: type[EntityViewSet], joined: Any) -> Faults:
    """Refuse `A & B`: DRF asks such a pair yes or no, and neither for fields nor for rows."""
    hidden = [
        each.__name__
        for each in _list_joined(joined)
        if any(hasattr(each, name) for name in HOOKS - ASKED_JOINED)
    ]
    if hidden:
        names = ", ".join(hidden)
        text = (
            f"{viewset.__name__} joins {names} by an operator. That hides its answers for fields "
            "and rows."
        )
        hint = (
            "Name the classes one by one: permission_classes = [A, B]. All of them have to agree."
        )
        yield _report(viewset, "permission_classes", text, hint, "entity_api.E007")


def _list_joined(permission: Any) -> Iterator[type]:
    if isinstance(permission, type):
        yield permission
        return
    for operand in ("op1_class", "op2_class"):
        if hasattr(permission, operand):
            yield from _list_joined(getattr(permission, operand))


def _misspelt(cls: type, name: str, meant: str, id_: str) -> CheckMessage:
    hint = f"Call it {meant}, or begin its name with an underscore." if meant else _other_name()
    return _report(cls, name, f"{cls.__name__}.{name} is not asked by anything.", hint, id_)


def _other_name() -> str:
    return f"The hooks are {', '.join(sorted(HOOKS))}. Begin another name with an underscore."


def _report(cls: type, name: str, text: str, hint: str, id_: str) -> CheckMessage:
    return Error(f"{find_place(cls, name)}: {text}", hint=hint, id=id_)
