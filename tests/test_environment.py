"""What the environment may hold, and how a wrong value is told."""

from datetime import timedelta
from pathlib import Path

import pytest

from config.environment import Environment, read_environment

KEY = "a random text of 32 bytes or so: 1"
OTHER_KEY = "a random text of 32 bytes or so: 2"


@pytest.fixture(autouse=True)
def production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", KEY)
    monkeypatch.setenv("JWT_SECRET_KEY", OTHER_KEY)
    monkeypatch.setenv("ALLOWED_HOSTS", "api.example.org")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)


def read(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Environment:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return read_environment(Path("base"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "maybe"),
        ("ALLOWED_HOSTS", "https://example.org"),
        ("ALLOWED_HOSTS", "example.org:8000"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "80.5"),
        ("PORT", "٣"),
        ("AUTH_PLUGINS", "auth_core,auth_ldap"),
        ("AUTH_PLUGINS", "auth_core,auth_core"),
        ("JWT_EXPIRATION", "soon"),
        ("JWT_EXPIRATION", "0"),
        ("JWT_EXPIRATION", "-1h"),
        ("JWT_EXPIRATION", "999999999d"),
        ("JWT_REFRESH_EXPIRATION", "0"),
        ("JWT_REFRESH_GRACE", "-1"),
        ("JWT_SESSION_EXPIRATION", "a month"),
        ("CORS_ALLOWED_ORIGINS", "*"),
        ("CORS_ALLOWED_ORIGINS", "https://example.org/path"),
        ("API_MAX_TAKE", "10001"),
        ("THROTTLE_ANONYMOUS", "often"),
        ("THROTTLE_REFRESH", "0/min"),
        ("DATABASE_STATEMENT_TIMEOUT", "25h"),
        ("DATABASE_LOCK_TIMEOUT", "-1"),
        ("DATABASE_IDLE_TIMEOUT", "1ms"),
        ("DATABASE_TCP_TIMEOUT", "never"),
    ],
)
def test_a_wrong_value_stops_the_start_and_is_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(SystemExit) as stop:
        read(monkeypatch, **{name: value})
    assert f"  {name} is {value!r}; it may hold " in str(stop.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "s3cret"),
        ("JWT_SECRET_KEY", "s3cret"),
        ("DATABASE_URL", "mysql://root:s3cret@localhost/x"),
        ("DATABASE_URL", "postgres://root:s3cret@localhost"),
        ("DATABASE_URL", "postgres://root:s3cret@localhost:port/x"),
        ("DATABASE_URL", "postgres://root:s3cret@one:5432,two:port/x"),
        ("DATABASE_URL", "postgres://root:s3cret@one:5432,,two/x"),
        ("DATABASE_URL", "postgres://root:s3cret@localhost/x?prepare_threshold=often"),
        ("DATABASE_URL", "postgres://root:s3cret@localhost/x?conn_max_age=5"),
        ("REDIS_URL", "http://:s3cret@localhost"),
        ("REDIS_URL", "redis://:s3cret@localhost:99999"),
    ],
)
def test_a_wrong_secret_stops_the_start_and_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(SystemExit) as stop:
        read(monkeypatch, **{name: value})
    assert f"  {name} holds a value that cannot be used; it may hold " in str(stop.value)
    assert "s3cret" not in str(stop.value)


def test_all_faults_are_reported_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit) as stop:
        read(monkeypatch, SECRET_KEY="", PORT="x", API_MAX_TAKE="y")
    assert [line.split()[0] for line in str(stop.value).splitlines()[1:]] == [
        "SECRET_KEY",
        "PORT",
        "API_MAX_TAKE",
    ]


def test_an_unknown_plugin_is_answered_with_the_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="auth_core, auth_jwt, auth_basic"):
        read(monkeypatch, AUTH_PLUGINS="auth_jwd")


def test_production_has_strict_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = read(monkeypatch, DEBUG="", PORT=" ", DATABASE_URL="")
    assert not environment.debug
    assert environment.auth_plugins == ["auth_core", "auth_jwt", "auth_basic"]
    assert (environment.port, environment.api_max_take) == (8000, 1000)
    assert environment.database["NAME"] == str(Path("base/db.sqlite3"))


def test_production_demands_the_keys_it_signs_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JWT_SECRET_KEY")
    with pytest.raises(SystemExit, match="JWT_SECRET_KEY is not set"):
        read(monkeypatch)
    assert read(monkeypatch, AUTH_PLUGINS="auth_core,auth_basic").jwt_secret_key == ""


def test_development_needs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY")
    monkeypatch.delenv("JWT_SECRET_KEY")
    monkeypatch.delenv("ALLOWED_HOSTS")
    environment = read(monkeypatch, DEBUG="true")
    assert environment.allowed_hosts == []
    assert environment.secret_key != environment.jwt_secret_key


def test_no_plugins_at_all_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, AUTH_PLUGINS="").auth_plugins == []
    assert read(monkeypatch, AUTH_PLUGINS=" auth_basic , auth_core ").auth_plugins == [
        "auth_basic",
        "auth_core",
    ]


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30), ("15m", 900), ("12h", 43_200), ("2d", 172_800), (" 90 ", 90)]
)
def test_a_time_may_carry_its_unit(
    monkeypatch: pytest.MonkeyPatch, text: str, seconds: int
) -> None:
    assert read(monkeypatch, JWT_EXPIRATION=text).jwt_expiration == timedelta(seconds=seconds)


def test_there_may_be_no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch).jwt_refresh_grace == timedelta(seconds=10)
    assert read(monkeypatch, JWT_REFRESH_GRACE="0").jwt_refresh_grace == timedelta(0)


def test_lists_are_split_at_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = read(
        monkeypatch,
        ALLOWED_HOSTS="api.example.org, .example.com,[::1],*",
        CORS_ALLOWED_ORIGINS="https://App.example.org, http://localhost:3000",
    )
    assert environment.allowed_hosts == ["api.example.org", ".example.com", "[::1]", "*"]
    assert environment.cors_allowed_origins == ["https://app.example.org", "http://localhost:3000"]


def test_connections_to_postgres_persist_and_redis_is_the_cache(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    environment = read(
        monkeypatch,
        DATABASE_URL="postgres://u:p%40@db:5433/x?sslmode=require",
        REDIS_URL="redis://cache:6379/2",
    )
    database = environment.database
    assert (database["HOST"], database["PORT"], database["PASSWORD"]) == ("db", 5433, "p@")
    assert (database["CONN_MAX_AGE"], database["CONN_HEALTH_CHECKS"]) == (600, True)
    assert database["OPTIONS"]["sslmode"] == "require"
    assert environment.cache["LOCATION"] == "redis://cache:6379/2"


def test_an_absolute_sqlite_file_stays_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (
        read(monkeypatch, DATABASE_URL="sqlite:////var/x.sqlite3").database["NAME"]
        == "/var/x.sqlite3"
    )
    assert read(monkeypatch, DATABASE_URL="sqlite:///x.sqlite3").database["NAME"] == str(
        Path("base/x.sqlite3")
    )


def test_the_repr_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = repr(
        read(
            monkeypatch, DATABASE_URL="postgres://u:s3cret@db/x", REDIS_URL="redis://:s3cret@cache"
        )
    )
    assert KEY not in shown
    assert "s3cret" not in shown
