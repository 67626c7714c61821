"""Where data is kept: Django's DATABASES and CACHES entries for the URLs of the environment."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from environs import ValidationError

from runtime.database_url import parse_database_url
from runtime.redis_url import names_several, parse_servers

# WAL lets readers and one writer work at once; IMMEDIATE takes the write lock when a transaction
# begins, where waiting is possible: a transaction that starts as a reader and then writes fails at
# once instead.
SQLITE_OPTIONS = {
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON",
}
# Seconds. Each thread keeps its connection for so long, as making one takes longer than most
# requests.
CONNECTION_AGE = 600
# Seconds, for each host. A request is answered 503 if no connection is made within this time.
POSTGRES_OPTIONS = {"connect_timeout": 5}
# Without a connection in this time the primary answers.
REPLICA_OPTIONS = {"connect_timeout": 2}
CACHE_SCHEMES = ("redis", "rediss", "unix")
REDIS_FORMS = (
    "redis://host:6379/0, rediss://user:password@host:6379/0, "
    "redis+sentinel://one:26379,two:26379/master/0 or redis+cluster://one:6379,two:6379"
)
# Seconds. A cache that does not answer must not hold a request up for long.
REDIS_TIMEOUTS = {"socket_connect_timeout": 2, "socket_timeout": 2}
DEFAULT_DATABASE = "sqlite:///db.sqlite3"


def configure_database(url: str, base_dir: Path) -> dict[str, Any]:
    """Return the entry of DATABASES for `url`, with a relative file below `base_dir`.

    Raises ValidationError for another URL.
    """
    parsed = parse_database_url(url)
    return (
        _configure_sqlite(parsed, base_dir)
        if "sqlite3" in parsed["ENGINE"]
        else _configure_postgres(parsed)
    )


def _configure_sqlite(parsed: dict[str, Any], base_dir: Path) -> dict[str, Any]:
    name = parsed["NAME"] if parsed["NAME"] == ":memory:" else str(base_dir / parsed["NAME"])
    return {
        **parsed,
        "NAME": name,
        "CONN_MAX_AGE": CONNECTION_AGE,
        "OPTIONS": {**SQLITE_OPTIONS, **parsed.get("OPTIONS", {})},
    }


def _configure_postgres(parsed: dict[str, Any]) -> dict[str, Any]:
    return {
        **parsed,
        "ENGINE": "runtime.postgresql",
        "CONN_MAX_AGE": CONNECTION_AGE,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**POSTGRES_OPTIONS, **parsed.get("OPTIONS", {})},
    }


def configure_replica(url: str, primary: dict[str, Any] | None) -> dict[str, Any]:
    """Return the entry of DATABASES for a standby of `primary`; `None` there if that is at fault.

    Raises ValidationError for a URL that is not PostgreSQL's, or where `primary` is not.
    """
    parsed = parse_database_url(url)
    if any("sqlite3" in each["ENGINE"] for each in (parsed, primary or parsed)):
        raise ValidationError("the postgres:// URL of a standby of the database of DATABASE_URL")
    options = {**REPLICA_OPTIONS, **parsed["OPTIONS"]}
    # Tests of a project have one database.
    return {**_configure_postgres({**parsed, "OPTIONS": options}), "TEST": {"MIRROR": "default"}}


def configure_cache(url: str) -> dict[str, Any]:
    """Return the entry of CACHES for `url` (empty: this process's memory); ValidationError if it is
    no Redis URL.
    """
    if not url:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    several = names_several(url)
    try:
        valid = bool(parse_servers(url)) if several else _is_server(url)
    except ValueError:
        valid = False
    if not valid:
        raise ValidationError(REDIS_FORMS)
    own = "runtime.redis_cache.SharedRedisCache"
    return {
        "BACKEND": own if several else "django.core.cache.backends.redis.RedisCache",
        "LOCATION": url,
        "OPTIONS": dict(REDIS_TIMEOUTS),
    }


def _is_server(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in CACHE_SCHEMES and bool(parts.hostname or parts.path) and parts.port != 0
