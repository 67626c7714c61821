"""The settings of a project that adds the apps to its own: `configure(globals())` at their end.

The dict `AUTH` holds the values that differ from the defaults. A setting of the same name counts as
well. See docs/existing-project.md.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from environs import ValidationError

from runtime import defaults
from runtime.connected import connect_apps
from runtime.keys import SHORTEST_KEY
from runtime.plugins import declare_settings
from runtime.rates import Rate, read_rate
from runtime.roles import read_roles
from runtime.variable_parsers import read_duration, read_proxies, read_size
from runtime.variables import Variable

Settings = dict[str, Any]


def _name_project(settings: Settings) -> str:
    """Return the package of the project, as in `mysite.urls`."""
    return str(settings.get("ROOT_URLCONF", "")).partition(".")[0] or defaults.JWT_ISSUER


def _derive_key(secret: str) -> str:
    """Return a key that is no other signature's, or an empty text if the secret is too short."""
    if len(secret.encode()) < SHORTEST_KEY:
        return ""
    return hmac.new(secret.encode(), b"auth_jwt", sha256).hexdigest()


# Settings that follow from others.
FOLLOWING: Mapping[str, Callable[[Settings], Any]] = {
    "PERMISSIONS_FILE": lambda above: Path(above.get("BASE_DIR", ".")) / "permissions.toml",
    "REFUSE_DEFAULT_PASSWORDS": lambda above: not above.get("DEBUG"),
    "GRAPHQL_PLAYGROUND": lambda above: bool(above.get("DEBUG")),
    "GRAPHQL_INTROSPECTION": lambda above: bool(above.get("DEBUG")),
    "THROTTLE_ANONYMOUS": lambda above: None if above.get("DEBUG") else Rate(1200, 60),
    "THROTTLE_REFRESH": lambda above: None if above.get("DEBUG") else Rate(60, 60),
    "JWT_SECRET_KEY": lambda above: _derive_key(above.get("SECRET_KEY", "")),
    "JWT_SECRET_KEY_FALLBACKS": lambda above: [
        key for each in above.get("SECRET_KEY_FALLBACKS", ()) if (key := _derive_key(each))
    ],
    "JWT_ISSUER": _name_project,
    "JWT_AUDIENCE": _name_project,
}
# A text is read as the environment variable of the service is.
DURATIONS = (
    "JWT_EXPIRATION",
    "JWT_REFRESH_EXPIRATION",
    "JWT_REFRESH_GRACE",
    "JWT_SESSION_EXPIRATION",
    "LOCKOUT_LONGEST",
    "LOCKOUT_MEMORY",
    "REAUTHENTICATION_TIMEOUT",
)
READERS: Mapping[str, Callable[[str], Any]] = {
    **dict.fromkeys(DURATIONS, read_duration),
    **dict.fromkeys(("THROTTLE_ANONYMOUS", "THROTTLE_REFRESH"), read_rate),
    "FILE_MAX_SIZE": read_size,
    "PERMISSIONS_FILE": Path,
    "TRUSTED_PROXIES": read_proxies,
}


def configure(settings: Settings) -> None:
    """Fill in the settings of a project: the last line of its settings, `configure(globals())`.

    The project's own values stay. Raises ImproperlyConfigured for a name in `AUTH` that is no
    setting, for a value that cannot be used, and for half a set of plugins.
    """
    ours = [entry for entry in settings["INSTALLED_APPS"] if not _is_foreign(entry)]
    declared = {variable.name: variable for variable in declare_settings(ours)}
    given = settings.get("AUTH", {})
    _refuse_unknown(given, {*list_defaults(), *FOLLOWING, *declared})
    for name in (*list_defaults(), *FOLLOWING, *declared):
        settings[name] = _choose(name, given, settings, declared.get(name))
    settings["ROLES"] = read_roles(settings["PERMISSIONS_FILE"])
    connect_apps(settings, ours)


def require_configured() -> None:
    """Raise ImproperlyConfigured where the settings do not call configure(). Apps ask it."""
    if not hasattr(django_settings, "PERMISSIONS_FILE"):
        raise ImproperlyConfigured(
            "The settings of authentication and the API are missing. End the settings with "
            "`from runtime.project import configure` and `configure(globals())`."
        )


def list_defaults() -> dict[str, Any]:
    return {name: value for name, value in vars(defaults).items() if name.isupper()}


def _is_foreign(entry: str) -> bool:
    # Their AppConfigs declare nothing. An import at this time would be too early for some.
    return entry.startswith(("django.", "rest_framework", "drf_spectacular"))


def _refuse_unknown(given: Any, known: set[str]) -> None:
    if not isinstance(given, Mapping):
        raise ImproperlyConfigured(f"AUTH is {given!r}; it may hold a dict of settings.")
    for name in given:
        if name not in known:
            close = get_close_matches(str(name), known, n=1) or sorted(known)
            raise ImproperlyConfigured(
                f"AUTH has {name!r}, which no installed app reads; it may hold {', '.join(close)}."
            )


def _choose(name: str, given: Any, settings: Settings, declared: Variable | None) -> Any:
    """Return the value of AUTH, or else of the setting, or else the default."""
    if name in given or name in settings:
        return _read(name, given[name] if name in given else settings[name], declared)
    if name in FOLLOWING:
        return FOLLOWING[name](settings)
    if declared is None:
        return getattr(defaults, name)
    if declared.required:
        raise ImproperlyConfigured(f"AUTH needs {name!r}, which an installed app asks for.")
    return declared.default(None) if callable(declared.default) else declared.default


def _read(name: str, value: Any, declared: Variable | None) -> Any:
    """Return the value. A text is read as the variable of the service is, and so is a list.

    No message shows the value, which may be a secret.
    """
    reader = declared.parse if declared else READERS.get(name)
    text = _write(value) if reader else None
    if reader and text is not None:
        try:
            return reader(text)
        except ValidationError as error:
            allowed = " ".join(map(str, error.messages))
            raise ImproperlyConfigured(
                f"AUTH[{name!r}] cannot be used; it may hold {allowed}."
            ) from None
    usual = getattr(defaults, name, value)
    value = str(value) if isinstance(usual, str) and isinstance(value, Path) else value
    kind = list | tuple if isinstance(usual, tuple) else type(usual)
    if not isinstance(value, kind):
        raise ImproperlyConfigured(
            f"AUTH[{name!r}] is a {type(value).__name__}; it may hold a value such as {usual!r}."
        )
    return value


def _write(value: Any) -> str | None:
    """Return the text of an environment variable for a value; `None` if it needs no reading."""
    if isinstance(value, str):
        return value
    # A rate is a named tuple.
    if not value or type(value) not in (list, tuple, dict):
        return None
    if all(isinstance(each, str) for each in value) and not isinstance(value, dict):
        return ",".join(value)
    try:
        return json.dumps(value)
    except TypeError:  # it is read already
        return None
