"""The apps that AUTH_PLUGINS names, and what they declare for the settings of the service.

An app declares in its AppConfig the environment variables that it needs:
`auth_settings = {"NAME": reader}`, or `{"NAME": (reader, default)}` where it may be missing. A
reader returns the value of a text, or raises ValidationError with what the variable may hold.
`auth_middleware` has the middlewares that its requests pass, `auth_backends` the authentication
backends of Django that are asked about a password after the service's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.apps import AppConfig, apps
from environs import ValidationError

from runtime.variable_parsers import split_list
from runtime.variables import Variable

# What an AppConfig of a plugin may declare.
ATTRIBUTES = ("auth_provider", "auth_settings", "auth_middleware", "auth_backends")
CORE = "auth_core"


def lacks_core(app: AppConfig) -> bool:
    """Whether an app is a plugin, and auth_core, which it needs, is not installed.

    A check refuses such a start (accounts.E001). Until then no module of the app is asked for.
    """
    is_plugin = any(hasattr(app, name) for name in ATTRIBUTES)
    return is_plugin and not apps.is_installed(CORE)


def read_apps(text: str, *, usual: Iterable[str]) -> list[str]:
    """Return the apps in a text, each by its package or by the path of its AppConfig."""
    entries, seen = split_list(text), set()
    for entry in entries:
        name = _load(entry, usual).name
        if name in seen:
            raise _refuse(usual, f"{name} is there twice")
        seen.add(name)
    return entries


def _load(entry: str, usual: Iterable[str]) -> AppConfig:
    try:
        return AppConfig.create(entry)
    except Exception as error:
        reason = f"{entry} cannot be imported: {type(error).__name__}: {error}"
        raise _refuse(usual, reason) from error


def _refuse(usual: Iterable[str], reason: str) -> ValidationError:
    return ValidationError(
        f"apps such as {', '.join(usual)}, each once, or nothing for an open service ({reason})"
    )


def list_names(entries: Iterable[str]) -> list[str]:
    """Return the names of the apps behind entries of INSTALLED_APPS."""
    return [AppConfig.create(entry).name for entry in entries]


def list_middleware(entries: Iterable[str]) -> list[str]:
    """Return the middlewares that these apps declare, each once, in the order of the apps."""
    return _list_declared(entries, "auth_middleware")


def list_backends(entries: Iterable[str]) -> list[str]:
    """Return the authentication backends that these apps declare, in the same way."""
    return _list_declared(entries, "auth_backends")


def _list_declared(entries: Iterable[str], name: str) -> list[str]:
    declared = (getattr(AppConfig.create(entry), name, ()) for entry in entries)
    return list(dict.fromkeys(path for paths in declared for path in paths))


def declare_settings(entries: Iterable[str]) -> list[Variable]:
    """Return the variables that these apps declare. Their values are shown in no message."""
    found: dict[str, Variable] = {}
    for app in map(AppConfig.create, entries):
        declared: Any = getattr(app, "auth_settings", {})
        if not isinstance(declared, Mapping) or not all(map(_is_pair, declared.items())):
            raise SystemExit(
                f'{app.name} has no usable auth_settings. They are {{"NAME": reader}}, or '
                '{"NAME": (reader, default)}.'
            )
        for name, reader in declared.items():
            found.setdefault(name, _declare(app.name, name, reader))
    return list(found.values())


def _is_pair(item: tuple[Any, Any]) -> bool:
    name, declared = item
    reader = declared[0] if isinstance(declared, tuple) and len(declared) == 2 else declared
    return (
        isinstance(name, str) and bool(re.fullmatch(r"[A-Z][A-Z0-9_]*", name)) and callable(reader)
    )


def _declare(app: str, name: str, declared: Any) -> Variable:
    reader, *default = declared if isinstance(declared, tuple) else (declared,)
    return Variable(
        name=name,
        parse=_guard(app, reader),
        # A function would be called with the values above.
        default=(lambda _: default[0]) if default else "",
        required=not default,
        empty_counts=False,
        secret=True,
        limits={},
    )


def _guard(app: str, reader: Callable[[str], Any]) -> Callable[[str], Any]:
    """Let every error of a reader be a fault of the variable, without the value in its text."""

    def parse(text: str) -> Any:
        try:
            if text.strip():
                return reader(text)
        except ValidationError:
            raise
        except Exception as error:
            raise ValidationError(f"a value for {app}") from error
        raise ValidationError(f"a value for {app}, which needs it")

    return parse
