"""Every environment variable of the service, read once, checked and typed."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Literal, cast

from environs import Env, EnvValidationError, ValidationError

from runtime.dotenv import read_dotenv
from runtime.keys import make_development_key, read_key, read_keys
from runtime.storage import DEFAULT_DATABASE, configure_cache, configure_database
from runtime.waits import DatabaseWaits

KNOWN_PLUGINS = ("auth_core", "auth_jwt", "auth_basic")
# Their values are never shown: they are secrets, or URLs that may carry a password.
SECRETS = frozenset(
    {
        "SECRET_KEY",
        "SECRET_KEY_FALLBACKS",
        "JWT_SECRET_KEY",
        "JWT_SECRET_KEY_FALLBACKS",
        "JWT_PRIVATE_KEYS",
        "DATABASE_URL",
        "REDIS_URL",
    }
)

_DURATION = re.compile(r"([0-9]{1,9})([smhd]?)", re.ASCII)
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST = timedelta(days=3650)
LONGEST_WAIT = timedelta(days=1)
_HOST = re.compile(r"\*|\.?[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]", re.ASCII | re.IGNORECASE)
_ORIGIN = re.compile(
    r"https?://([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(:[0-9]{1,5})?",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True)
class Environment:
    """The checked values. The repr leaves out all values that may hold a secret."""

    debug: bool
    allowed_hosts: list[str]
    port: int
    auth_plugins: list[str]
    jwt_expiration: timedelta
    jwt_refresh_expiration: timedelta
    jwt_refresh_grace: timedelta
    jwt_session_expiration: timedelta
    jwt_keys_dir: str
    cors_allowed_origins: list[str]
    trusted_proxies: list[IPv4Network | IPv6Network | Literal["unix"]]
    api_max_take: int
    hash_memory_kib: int
    hash_time: int
    hash_queue_seconds: int
    api_docs: bool
    graphql_playground: bool
    graphql_introspection: bool
    database_waits: DatabaseWaits
    secret_key: str = field(repr=False)
    secret_key_fallbacks: list[str] = field(repr=False)
    jwt_secret_key: str = field(repr=False)
    jwt_secret_key_fallbacks: list[str] = field(repr=False)
    jwt_private_keys: str = field(repr=False)
    database: dict[str, Any] = field(repr=False)
    cache: dict[str, Any] = field(repr=False)


def read_environment(base_dir: Path) -> Environment:
    """Return the environment's values, relative paths taken from `base_dir`.

    Any wrong value ends the process with one message for all of them. It is a SystemExit because
    every entry point, `manage.py` as well as a server process, turns that into the message alone,
    without a stack trace.
    """
    read_dotenv(base_dir / ".env")
    reader = _Reader()
    debug = bool(reader.read("DEBUG", read_switch, default=False))
    plugins = reader.read("AUTH_PLUGINS", read_plugins, list(KNOWN_PLUGINS), empty_counts=True)
    keys_dir = reader.read("JWT_KEYS_DIR", str.strip, "")
    private_keys = reader.read("JWT_PRIVATE_KEYS", read_private_keys, "", rival=keys_dir)
    signs = "auth_jwt" in (plugins or ()) and not (keys_dir or private_keys)
    secret_key = reader.read_key("SECRET_KEY", debug=debug, required=True)
    environment = Environment(
        debug=debug,
        secret_key=secret_key,
        jwt_secret_key=reader.read_key(
            "JWT_SECRET_KEY", debug=debug, required=signs, rival=secret_key
        ),
        secret_key_fallbacks=reader.read("SECRET_KEY_FALLBACKS", read_keys, [], debug=debug),
        jwt_secret_key_fallbacks=reader.read(
            "JWT_SECRET_KEY_FALLBACKS", read_keys, [], debug=debug, rival=secret_key
        ),
        jwt_private_keys=private_keys,
        jwt_keys_dir=keys_dir,
        allowed_hosts=reader.read("ALLOWED_HOSTS", read_hosts, [], required=not debug),
        database=reader.read(
            "DATABASE_URL",
            configure_database,
            configure_database(DEFAULT_DATABASE, base_dir),
            base_dir=base_dir,
        ),
        cache=reader.read("REDIS_URL", configure_cache, configure_cache("")),
        port=reader.read("PORT", read_number, 8000, least=1, most=65535),
        auth_plugins=plugins,
        jwt_expiration=reader.read("JWT_EXPIRATION", read_duration, timedelta(hours=1)),
        jwt_refresh_expiration=reader.read(
            "JWT_REFRESH_EXPIRATION", read_duration, timedelta(days=7)
        ),
        jwt_refresh_grace=reader.read(
            "JWT_REFRESH_GRACE", read_duration, timedelta(seconds=10), least=0
        ),
        jwt_session_expiration=reader.read(
            "JWT_SESSION_EXPIRATION", read_duration, timedelta(days=30)
        ),
        cors_allowed_origins=reader.read("CORS_ALLOWED_ORIGINS", read_origins, []),
        trusted_proxies=reader.read("TRUSTED_PROXIES", read_proxies, []),
        api_max_take=reader.read("API_MAX_TAKE", read_number, 1000, least=1, most=10_000),
        hash_memory_kib=reader.read(
            "HASH_MEMORY_KIB", read_number, 19_456, least=7_168, most=4_194_304
        ),
        hash_time=reader.read("HASH_TIME", read_number, 2, least=1, most=100),
        hash_queue_seconds=reader.read("HASH_QUEUE_SECONDS", read_number, 10, least=1, most=60),
        api_docs=bool(reader.read("API_DOCS", read_switch, default=True)),
        graphql_playground=bool(reader.read("GRAPHQL_PLAYGROUND", read_switch, debug)),
        graphql_introspection=bool(reader.read("GRAPHQL_INTROSPECTION", read_switch, debug)),
        database_waits=_read_waits(reader),
    )
    reader.stop_on_faults()
    return environment


class _Reader:
    """Reads variables and collects their faults, so that a single message lists all of them."""

    def __init__(self) -> None:
        self._env = Env(eager=False)
        self._env.add_parser("parsed", lambda text, parse, **limits: parse(text, **limits))

    def read(
        self,
        name: str,
        parse: Callable[..., Any],
        default: Any,
        *,
        empty_counts: bool = False,
        required: bool = False,
        **limits: Any,
    ) -> Any:
        """Return the parsed value; without `required`, `default` where the variable is absent or
        does not count.
        """
        text = os.environ.get(name)
        if not required and (text is None or not (text.strip() or empty_counts)):
            return default
        return self._env.parsed(name, "", parse=parse, **limits)

    def read_key(self, name: str, *, debug: bool, required: bool, rival: str = "") -> str:
        """Return a signing key; in development there is a known one, otherwise a required key must
        be given.
        """
        default = make_development_key(name) if debug else ""
        return (
            self.read(
                name, read_key, default, required=required and not debug, debug=debug, rival=rival
            )
            or ""
        )

    def stop_on_faults(self) -> None:
        try:
            self._env.seal()
        except EnvValidationError as error:
            remedies = cast("dict[str, list[str]]", error.error_messages)
            faults = (_describe_fault(name, " ".join(texts)) for name, texts in remedies.items())
            raise SystemExit("\n".join(("The environment cannot be used:", *faults))) from None


def _read_waits(reader: _Reader) -> DatabaseWaits:
    return DatabaseWaits(
        statement=reader.read("DATABASE_STATEMENT_TIMEOUT", read_wait, timedelta(seconds=30)),
        lock=reader.read("DATABASE_LOCK_TIMEOUT", read_wait, timedelta(seconds=5)),
        idle=reader.read("DATABASE_IDLE_TIMEOUT", read_wait, timedelta(seconds=60)),
        tcp=reader.read("DATABASE_TCP_TIMEOUT", read_wait, timedelta(seconds=10)),
    )


def _describe_fault(name: str, remedy: str) -> str:
    value = os.environ.get(name)
    if value is None:
        holds = "is not set"
    elif not value:
        holds = "is empty"
    else:
        holds = "holds a value that cannot be used" if name in SECRETS else f"is {value[:200]!r}"
    return f"  {name} {holds}; it may hold {remedy}."


def split_list(text: str) -> list[str]:
    """Return the parts between commas, without blanks around them; empty parts do not count."""
    return [part for raw in text.split(",") if (part := raw.strip())]


def read_switch(text: str) -> bool:
    if text.strip().lower() in {"true", "1", "yes", "on"}:
        return True
    if text.strip().lower() in {"false", "0", "no", "off"}:
        return False
    raise ValidationError("true or false")


def read_number(text: str, *, least: int, most: int) -> int:
    if not re.fullmatch(r"\s*[0-9]{1,9}\s*", text, re.ASCII) or not least <= int(text) <= most:
        raise ValidationError(f"a whole number from {least} to {most}")
    return int(text)


def read_private_keys(text: str, *, rival: str) -> str:
    """Return the text; auth_jwt reads the keys, where it is installed."""
    if rival:
        raise ValidationError(
            "private keys in PEM only where JWT_KEYS_DIR names no directory of keys"
        )
    return text


def read_duration(text: str, *, least: int = 1, most: timedelta = _LONGEST) -> timedelta:
    """Return the time of `30s`, `15m`, `12h`, `2d` or plain seconds."""
    match = _DURATION.fullmatch(text.strip())
    seconds = int(match[1]) * _SECONDS[match[2]] if match else -1
    if not least <= seconds <= most.total_seconds():
        raise ValidationError(
            f"a time such as 30s, 15m, 12h, 2d or plain seconds, at most {most.days}d"
        )
    return timedelta(seconds=seconds)


def read_wait(text: str) -> timedelta:
    """Return a time as read_duration() does; zero is one."""
    return read_duration(text, least=0, most=LONGEST_WAIT)


def read_plugins(text: str) -> list[str]:
    plugins = split_list(text)
    if not set(plugins) <= set(KNOWN_PLUGINS) or len(set(plugins)) < len(plugins):
        raise ValidationError(
            f"any of {', '.join(KNOWN_PLUGINS)}, each once, or nothing for an open service"
        )
    return plugins


def read_hosts(text: str) -> list[str]:
    hosts = split_list(text)
    if not hosts or not all(_HOST.fullmatch(host) for host in hosts):
        raise ValidationError(
            "host names such as api.example.org, .example.org, 192.0.2.7, [::1] or *, without a "
            "port"
        )
    return hosts


def read_origins(text: str) -> list[str]:
    origins = split_list(text.lower())
    if not all(_ORIGIN.fullmatch(origin) for origin in origins):
        raise ValidationError(
            "origins such as https://app.example.org or http://localhost:3000, without a path"
        )
    return origins


def read_proxies(text: str) -> list[IPv4Network | IPv6Network | Literal["unix"]]:
    """Return networks, and the word `unix` for a proxy that connects by a Unix socket."""
    try:
        return ["unix" if part.lower() == "unix" else ip_network(part) for part in split_list(text)]
    except ValueError:
        raise ValidationError(
            "addresses or networks such as 192.0.2.7, 10.0.0.0/8 or fd00::/8, or unix"
        ) from None
