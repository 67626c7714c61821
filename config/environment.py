"""Every environment variable of the service, its form and its default.

A new variable is one field here, its use in config/settings.py, and a row of docs/settings.md, from
which `just example` writes .env.example.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from runtime import defaults
from runtime.dotenv import read_dotenv
from runtime.keys import make_development_key, read_key, read_keys, read_private_keys
from runtime.mail_settings import read_public_url
from runtime.plugins import declare_settings, list_names, read_apps
from runtime.rates import Rate, read_rate
from runtime.storage import DEFAULT_DATABASE, configure_cache, configure_database, configure_replica
from runtime.variable_parsers import (
    Proxy,
    read_duration,
    read_hosts,
    read_number,
    read_origins,
    read_proxies,
    read_size,
    read_switch,
    read_token,
    read_wait,
)
from runtime.variables import other_variables, read_variables, variable

# Those that are switched on where AUTH_PLUGINS is not set. It may name any other app.
USUAL_PLUGINS = ("auth_core", "auth_jwt", "auth_basic")
# Granian keeps an idle thread no longer.
MOST_THREAD_TIMEOUT = timedelta(minutes=10)

WAITS = defaults.DATABASE_WAITS


# Functions of the values above a field.
def in_debug(above: Any) -> bool:
    return bool(above.debug)


def in_production(above: Any) -> bool:
    return not above.debug


def signs_with_a_secret(above: Any) -> bool:
    """Whether auth_jwt signs with JWT_SECRET_KEY, which production must then have."""
    has_private_keys = above.jwt_keys_dir or above.jwt_private_keys
    return (
        not above.debug
        and "auth_jwt" in list_names(above.auth_plugins or ())
        and not has_private_keys
    )


def limit_in_production(per_minute: int) -> Any:
    """Return the default of a rate: so many a minute in production, and no limit elsewhere."""
    return lambda above: None if above.debug else Rate(per_minute, 60)


def choose_key(name: str) -> Any:
    """Return the default of a key: a known key in development, and no key elsewhere."""
    return lambda above: make_development_key(name) if above.debug else ""


@dataclass(frozen=True)
class Environment:
    """The values of the variables. The repr leaves out secrets, also URLs that hold a password."""

    debug: bool = variable("DEBUG", read_switch, default=False)
    auth_plugins: list[str] = variable(
        "AUTH_PLUGINS", read_apps, list(USUAL_PLUGINS), empty_counts=True, usual=USUAL_PLUGINS
    )

    secret_key: str = variable(
        "SECRET_KEY",
        read_key,
        choose_key("SECRET_KEY"),
        required=in_production,
        secret=True,
        debug=in_debug,
    )
    secret_key_fallbacks: list[str] = variable(
        "SECRET_KEY_FALLBACKS", read_keys, [], secret=True, debug=in_debug
    )

    jwt_keys_dir: str = variable("JWT_KEYS_DIR", str.strip)
    jwt_private_keys: str = variable(
        "JWT_PRIVATE_KEYS", read_private_keys, secret=True, rival=lambda above: above.jwt_keys_dir
    )
    jwt_secret_key: str = variable(
        "JWT_SECRET_KEY",
        read_key,
        choose_key("JWT_SECRET_KEY"),
        required=signs_with_a_secret,
        secret=True,
        debug=in_debug,
        rival=lambda above: above.secret_key,
    )
    jwt_secret_key_fallbacks: list[str] = variable(
        "JWT_SECRET_KEY_FALLBACKS",
        read_keys,
        [],
        secret=True,
        debug=in_debug,
        rival=lambda above: above.secret_key,
    )
    reauthentication_timeout: timedelta = variable(
        "REAUTHENTICATION_TIMEOUT", read_duration, defaults.REAUTHENTICATION_TIMEOUT
    )
    jwt_expiration: timedelta = variable("JWT_EXPIRATION", read_duration, defaults.JWT_EXPIRATION)
    jwt_refresh_expiration: timedelta = variable(
        "JWT_REFRESH_EXPIRATION", read_duration, defaults.JWT_REFRESH_EXPIRATION
    )
    jwt_refresh_grace: timedelta = variable(
        "JWT_REFRESH_GRACE", read_duration, defaults.JWT_REFRESH_GRACE, least=0
    )
    jwt_session_expiration: timedelta = variable(
        "JWT_SESSION_EXPIRATION", read_duration, defaults.JWT_SESSION_EXPIRATION
    )

    allowed_hosts: list[str] = variable("ALLOWED_HOSTS", read_hosts, [], required=in_production)
    port: int = variable("PORT", read_number, 8000, least=1, most=65535)
    trusted_proxies: list[Proxy] = variable("TRUSTED_PROXIES", read_proxies, [])
    cors_allowed_origins: list[str] = variable("CORS_ALLOWED_ORIGINS", read_origins, [])

    database: dict[str, Any] = variable(
        "DATABASE_URL",
        configure_database,
        lambda above: configure_database(DEFAULT_DATABASE, above.base_dir),
        secret=True,
        base_dir=lambda above: above.base_dir,
    )
    replica: dict[str, Any] | None = variable(
        "DATABASE_REPLICA_URL",
        configure_replica,
        None,
        secret=True,
        primary=lambda above: above.database,
    )
    cache: dict[str, Any] = variable("REDIS_URL", configure_cache, configure_cache(""), secret=True)
    statement_timeout: timedelta = variable(
        "DATABASE_STATEMENT_TIMEOUT", read_wait, WAITS.statement
    )
    lock_timeout: timedelta = variable("DATABASE_LOCK_TIMEOUT", read_wait, WAITS.lock)
    idle_timeout: timedelta = variable("DATABASE_IDLE_TIMEOUT", read_wait, WAITS.idle)
    tcp_timeout: timedelta = variable("DATABASE_TCP_TIMEOUT", read_wait, WAITS.tcp)

    # What plugins declare.
    plugin_settings: dict[str, Any] = other_variables(
        lambda above: declare_settings(above.auth_plugins or ())
    )

    throttle_anonymous: Rate | None = variable(
        "THROTTLE_ANONYMOUS", read_rate, limit_in_production(1200), empty_counts=True
    )
    throttle_refresh: Rate | None = variable(
        "THROTTLE_REFRESH", read_rate, limit_in_production(60), empty_counts=True
    )
    api_max_take: int = variable(
        "API_MAX_TAKE", read_number, defaults.API_MAX_TAKE, least=1, most=10_000
    )
    file_max_size: int = variable("FILE_MAX_SIZE", read_size, defaults.FILE_MAX_SIZE)
    landing_page: bool = variable("LANDING_PAGE", read_switch, default=True)
    request_log: bool = variable("REQUEST_LOG", read_switch, in_production)
    metrics_token: str = variable("METRICS_TOKEN", read_token, secret=True)
    otel_endpoint: str = variable("OTEL_EXPORTER_OTLP_ENDPOINT", str.strip)
    api_docs: bool = variable("API_DOCS", read_switch, default=defaults.API_DOCS)
    graphql_playground: bool = variable("GRAPHQL_PLAYGROUND", read_switch, in_debug)
    graphql_introspection: bool = variable("GRAPHQL_INTROSPECTION", read_switch, in_debug)

    hash_memory_kib: int = variable(
        "HASH_MEMORY_KIB", read_number, 19_456, least=7_168, most=4_194_304
    )
    hash_time: int = variable("HASH_TIME", read_number, 2, least=1, most=100)
    leaked_passwords_file: str = variable("LEAKED_PASSWORDS_FILE", str.strip)
    leaked_passwords_url: str = variable("LEAKED_PASSWORDS_URL", read_public_url)
    hash_queue_seconds: int = variable("HASH_QUEUE_SECONDS", read_number, 10, least=1, most=60)

    # Of `manage.py serve`. A number of 0 is found out from the machine.
    serve_host: str = variable("SERVE_HOST", str.strip, "127.0.0.1")
    serve_workers: int = variable("SERVE_WORKERS", read_number, 0, least=1, most=1_000)
    serve_threads: int = variable("SERVE_THREADS", read_number, 64, least=1, most=1_000)
    serve_backpressure: int = variable(
        "SERVE_BACKPRESSURE", read_number, 1_024, least=1, most=100_000
    )
    serve_respawn: bool = variable("SERVE_RESPAWN", read_switch, default=True)
    serve_thread_timeout: timedelta = variable(
        "SERVE_THREAD_TIMEOUT", read_wait, timedelta(seconds=60), least=5, most=MOST_THREAD_TIMEOUT
    )
    serve_connection_timeout: timedelta = variable(
        "SERVE_CONNECTION_TIMEOUT", read_wait, timedelta(seconds=75), least=1
    )
    serve_stop_timeout: timedelta = variable(
        "SERVE_STOP_TIMEOUT", read_wait, timedelta(seconds=30), least=1
    )
    stop_delay: timedelta = variable("STOP_DELAY", read_wait, timedelta(0))
    serve_live_port: int = variable("SERVE_LIVE_PORT", read_number, 0, least=1, most=65535)


def read_environment(base_dir: Path) -> Environment:
    """Return the values of `.env` and the environment, which wins. Relative paths start at
    `base_dir`.

    A wrong value ends the process with one message for all of them.
    """
    read_dotenv(base_dir / ".env")
    return read_variables(Environment, base_dir=base_dir)
