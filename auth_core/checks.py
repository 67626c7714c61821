"""System checks on the installed providers: a fault stops the start, not the first request."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error
from django.http import HttpRequest
from django.utils.module_loading import import_string
from rest_framework.authentication import BaseAuthentication
from rest_framework.fields import Field
from rest_framework.request import Request

from auth_core.challenges import PRINTABLE
from auth_core.contract import AuthProvider, SecondStep
from auth_core.registry import ATTRIBUTE, declared_providers, providing_apps

# The tag that config/wsgi.py runs.
PLUGINS = "auth_plugins"
# RFC 9110 allows more characters in a scheme; OpenAPI has no more in a name.
WORD = re.compile(r"[A-Za-z0-9._-]+")
# Names of inputs, in JSON and in GraphQL, and those that a body has already.
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
TAKEN = frozenset({"username", "password", "currentPassword", "newPassword"})
# The audit has a column of this length.
LONGEST_NAME = 40


def check_providers(**_: object) -> list[CheckMessage]:
    """Check that every declared provider can be imported and keeps the contract, that no two share
    a name, and that those which share a scheme spell it alike.
    """
    faults: list[CheckMessage] = []
    names: dict[str, list[str]] = defaultdict(list)
    spellings: dict[str, dict[str, str]] = defaultdict(dict)
    for app in providing_apps():
        path = getattr(app, ATTRIBUTE)
        try:
            provider = import_string(path)
        except Exception as error:  # noqa: BLE001 (any error of a plugin's import is reported)
            faults.append(_unimportable(app.name, path, error))
            continue
        faults += _check_contract(app, path, provider)
        names[getattr(provider, "name", "") or app.label].append(app.name)
        scheme = str(getattr(provider, "scheme", None) or "")
        spellings[scheme.lower()].setdefault(scheme, app.name)
    faults += (_same_name(name, apps) for name, apps in names.items() if len(apps) > 1)
    if names and all(_is_second_step(path) for path in declared_providers().values()):
        faults.append(_nothing_before())
    return faults + [_odd_spelling(found) for found in spellings.values() if len(found) > 1]


def _is_second_step(path: str) -> bool:
    try:
        provider = import_string(path)
    except Exception:  # noqa: BLE001 (it is reported already)
        return False
    return isinstance(provider, type) and issubclass(provider, SecondStep)


def _check_contract(app: AppConfig, path: str, provider: object) -> Iterator[CheckMessage]:
    if not (isinstance(provider, type) and issubclass(provider, AuthProvider)):
        yield Error(
            f"{path}, declared by {app.name}, is not an AuthProvider.",
            hint="Derive the class from auth_core.contract.AuthProvider, named first among its "
            "bases.",
            id="auth_core.E002",
        )
        return
    if provider.authenticate is BaseAuthentication.authenticate:
        yield Error(
            f"{path} has no authenticate() method.",
            hint="Write one, or mix in a class of DRF that has: class MyProvider(AuthProvider, "
            "TokenAuthentication).",
            id="auth_core.E006",
        )
    if provider.proof_fields and provider.prove_caller is AuthProvider.prove_caller:
        yield Error(
            f"{path} has proof_fields and no prove_caller() method.",
            hint="Write one that yields the user whom the inputs prove, or take the fields out.",
            id="auth_core.E006",
        )
    yield from _check_names(app, path, provider)
    yield from _check_descriptions(path, provider)


def _check_names(app: AppConfig, path: str, provider: type[AuthProvider]) -> Iterator[CheckMessage]:
    scheme = getattr(provider, "scheme", "")
    named = scheme is None or _is_word(scheme)
    if not named:
        yield Error(
            f"{path} has no usable scheme: {scheme!r}.",
            hint='Set the scheme of the Authorization header: scheme = "Bearer", or None for a '
            "header or a cookie of your own.",
            id="auth_core.E003",
        )
    name: Any = provider.name or app.label
    if not _is_word(name) or len(name) > LONGEST_NAME:
        yield Error(
            f"{path} has no usable name: {name!r}.",
            hint=f'Set name = "my_keys", of at most {LONGEST_NAME} letters, digits and "._-".',
            id="auth_core.E008",
        )
    if named and (fault := _find_challenge_fault(provider)):
        yield Error(
            f"{path} has no usable challenge_for(): {fault}.",
            hint="Return one line of text such as 'Bearer realm=\"api\"', or None for no "
            "challenge.",
            id="auth_core.E007",
        )


def _check_descriptions(path: str, provider: type[AuthProvider]) -> Iterator[CheckMessage]:
    openapi = getattr(provider, "openapi", None)
    described = isinstance(openapi, Mapping) and isinstance(openapi.get("type"), str)
    if not described and not issubclass(provider, SecondStep):
        yield Error(
            f"{path} has no usable openapi: {openapi!r}.",
            hint='Set an OpenAPI security scheme: openapi = {"type": "http", "scheme": "bearer"}.',
            id="auth_core.E004",
        )
    if wrong := _list_wrong_fields(provider.login_fields):
        yield Error(
            f"{path} has no usable login_fields: {', '.join(wrong)}.",
            hint='Give fields of DRF with names of your own: login_fields = {"otp": '
            "serializers.CharField(required=False)}.",
            id="auth_core.E025",
        )


def _list_wrong_fields(fields: Any) -> list[str]:
    if not isinstance(fields, Mapping):
        return [f"they are {fields!r}"]
    return [
        repr(name)
        for name, field in fields.items()
        if name in TAKEN or not _is_name(name) or not isinstance(field, Field)
    ]


def _is_name(name: object) -> bool:
    return isinstance(name, str) and bool(NAME.fullmatch(name))


def _is_word(value: object) -> bool:
    return isinstance(value, str) and bool(WORD.fullmatch(value))


def _find_challenge_fault(provider: type[AuthProvider]) -> str | None:
    """Return the fault of the challenge, with which each 401 of the service would fail."""
    try:
        header: object = provider().challenge_for(Request(HttpRequest()))
    except Exception as error:  # noqa: BLE001 (any error of a plugin is reported)
        return f"it fails with {type(error).__name__}: {error}"
    usable = header is None or (isinstance(header, str) and PRINTABLE.fullmatch(header))
    return None if usable else f"it returns {header!r}"


def _unimportable(app: str, path: str, error: Exception) -> CheckMessage:
    return Error(
        f"{app} declares the provider {path!r}, which cannot be imported: {type(error).__name__}: "
        f"{error}",
        hint='Correct auth_provider = "package.module.Class" in the AppConfig '
        f"of {app}, or the imports of that module.",
        id="auth_core.E001",
    )


def _nothing_before() -> CheckMessage:
    return Error(
        "All installed providers are second steps, so no caller can authenticate.",
        hint="Add a provider such as auth_jwt or auth_basic to AUTH_PLUGINS.",
        id="auth_core.E016",
    )


def _same_name(name: str, apps: list[str]) -> CheckMessage:
    return Error(
        f"The providers of {' and '.join(apps)} have the same name, {name!r}.",
        hint="Give each provider a name of its own.",
        id="auth_core.E005",
    )


def _odd_spelling(apps: dict[str, str]) -> CheckMessage:
    schemes = " and ".join(map(repr, apps))
    return Error(
        f"The providers of {' and '.join(apps.values())} spell one scheme in two ways: {schemes}.",
        hint="Spell it in the same way. It reaches both providers in that spelling.",
        id="auth_core.E009",
    )
