"""DATABASE_URL: an entry of Django's DATABASES from one line of text."""

from __future__ import annotations

from typing import Any

import dj_database_url
from environs import ValidationError

from runtime.hosts import AUTHORITY, split_hosts

SCHEMES = ("sqlite", "postgres", "postgresql")
# Options of Django and psycopg. All other parameters are libpq's.
_OWN_OPTIONS = frozenset({"assume_role", "isolation_level", "prepare_threshold"})
_FORMS = "postgres://user:password@host:5432/name or sqlite:///file.sqlite3"


def parse_database_url(url: str) -> dict[str, Any]:
    """Return the entry of DATABASES that the URL describes; raises ValidationError for another URL.

    PostgreSQL may have several hosts, `postgres://user@one:5432,two:5433/name`. libpq tries them in
    turn, and `target_session_attrs` sets which kind of host it accepts.
    """
    parsed = _parse(url) if url.partition(":")[0] in SCHEMES else {}
    if not parsed.get("NAME"):
        raise ValidationError(_FORMS)
    if "sqlite3" not in parsed["ENGINE"]:
        parsed["OPTIONS"] = _read_options(parsed.get("OPTIONS", {}))
    return parsed


def _parse(url: str) -> dict[str, Any]:
    parts = AUTHORITY.fullmatch(url)
    try:
        if parts is None or "," not in parts["hosts"]:
            return dict(dj_database_url.parse(url))
        return {
            **dj_database_url.parse(f"{parts['before']}host{parts['after']}"),
            **_list_hosts(parts["hosts"]),
        }
    except ValueError:
        return {}


def _list_hosts(text: str) -> dict[str, str]:
    """Return libpq's two lists. An empty port is the default one."""
    hosts = split_hosts(text)
    return {
        "HOST": ",".join(host.name for host in hosts),
        "PORT": ",".join(str(host.port or "") for host in hosts),
    }


def _read_options(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options with `prepare_threshold` as psycopg takes it; refuse those that nothing
    knows.
    """
    # Loading psycopg takes 50 ms, which a start on SQLite is spared.
    from psycopg import ProgrammingError  # noqa: PLC0415
    from psycopg.conninfo import make_conninfo  # noqa: PLC0415

    # PostgreSQL takes one statement at a time with it; statements/noting.py sends several.
    if "server_side_binding" in options:
        raise ValidationError(f"{_FORMS}, without server_side_binding")
    try:
        make_conninfo(
            **{name: str(value) for name, value in options.items() if name not in _OWN_OPTIONS}
        )
    except ProgrammingError:
        raise ValidationError(
            f"{_FORMS}, with libpq's connection parameters behind a question mark"
        ) from None
    if "prepare_threshold" not in options:
        return options
    threshold = options["prepare_threshold"]
    if threshold == "none":
        return {**options, "prepare_threshold": None}
    if not isinstance(threshold, int) or isinstance(threshold, bool):
        raise ValidationError(f"{_FORMS}, with prepare_threshold=none or a whole number")
    return options
