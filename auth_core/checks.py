"""System checks on the installed providers: a fault stops the start, not the first request."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from django.core.checks import CheckMessage, Error
from django.http import HttpRequest
from django.utils.module_loading import import_string
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from auth_core.contract import AuthProvider
from auth_core.header import PRINTABLE
from auth_core.registry import declared_providers

# The tag that config/wsgi.py runs.
PLUGINS = "auth_plugins"
# RFC 9110 allows more; OpenAPI names its security schemes with no more.
SCHEME = re.compile(r"[A-Za-z0-9._-]+")


def check_providers(**_: object) -> list[CheckMessage]:
    """Check that every declared provider can be imported and keeps the contract, and that no two
    share a challenge.
    """
    faults: list[CheckMessage] = []
    challenges: dict[str, list[str]] = defaultdict(list)
    for app, path in declared_providers().items():
        try:
            provider = import_string(path)
        except Exception as error:  # noqa: BLE001 (any error of a plugin's import is reported)
            faults.append(_unimportable(app, path, error))
            continue
        faults += _check_contract(app, path, provider)
        challenges[str(getattr(provider, "challenge", app)).lower()].append(app)
    return faults + [
        _shared(challenge, names) for challenge, names in challenges.items() if len(names) > 1
    ]


def _check_contract(app: str, path: str, provider: object) -> Iterator[CheckMessage]:
    if not (isinstance(provider, type) and issubclass(provider, AuthProvider)):
        yield Error(
            f"{path}, declared by {app}, is not an AuthProvider.",
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
    challenge = getattr(provider, "challenge", None)
    named = isinstance(challenge, str) and SCHEME.fullmatch(challenge)
    if not named:
        yield Error(
            f"{path} has no usable challenge: {challenge!r}.",
            hint='Set the scheme of the Authorization header: challenge = "Bearer".',
            id="auth_core.E003",
        )
    openapi = getattr(provider, "openapi", None)
    if not (isinstance(openapi, Mapping) and isinstance(openapi.get("type"), str)):
        yield Error(
            f"{path} has no usable openapi: {openapi!r}.",
            hint='Set an OpenAPI security scheme: openapi = {"type": "http", "scheme": "bearer"}.',
            id="auth_core.E004",
        )
    if named and (fault := _find_header_fault(provider)):
        yield Error(
            f"{path} has no usable authenticate_header(): {fault}.",
            hint="Return one line of text such as 'Bearer realm=\"api\"', or None for no "
            "challenge.",
            id="auth_core.E007",
        )


def _find_header_fault(provider: type[AuthProvider]) -> str | None:
    """Return the fault of the challenge, with which each 401 of the service would fail."""
    try:
        header: object = provider().authenticate_header(Request(HttpRequest()))
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


def _shared(challenge: str, names: list[str]) -> CheckMessage:
    return Error(
        f"{' and '.join(names)} use the same challenge, {challenge!r} (letter case does not "
        "count).",
        hint="Give each provider a challenge of its own, or install only one of them.",
        id="auth_core.E005",
    )
