"""What DATABASE_URL may hold besides one host."""

from pathlib import Path
from typing import Any

import pytest
from environs import ValidationError

from runtime.storage import configure_database


def read(url: str) -> dict[str, Any]:
    return configure_database(url, Path("/base"))


@pytest.mark.parametrize(
    ("hosts", "host", "port"),
    [
        ("one:5432,two:5433", "one,two", "5432,5433"),
        ("one,two:5433", "one,two", ",5433"),
        ("[::1]:5432,192.0.2.7:5433", "::1,192.0.2.7", "5432,5433"),
        ("one:5432", "one", 5432),
    ],
)
def test_hosts_are_given_to_libpq_in_their_order(hosts: str, host: str, port: object) -> None:
    database = read(f"postgres://ada:a%2Cb@{hosts}/service?target_session_attrs=read-write")
    assert (database["HOST"], database["PORT"]) == (host, port)
    assert (database["USER"], database["PASSWORD"], database["NAME"]) == ("ada", "a,b", "service")
    assert database["OPTIONS"]["target_session_attrs"] == "read-write"


def test_a_comma_in_a_password_makes_no_second_host() -> None:
    database = read("postgres://ada:a,b@one:5432/service")
    assert (database["HOST"], database["PASSWORD"]) == ("one", "a,b")


@pytest.mark.parametrize(("text", "threshold"), [("none", None), ("0", 0), ("7", 7)])
def test_prepared_statements_can_be_switched_off(text: str, threshold: int | None) -> None:
    assert (
        read(f"postgres://ada@one/service?prepare_threshold={text}")["OPTIONS"]["prepare_threshold"]
        == threshold
    )


def test_binding_on_the_server_is_refused_for_several_statements_go_at_once() -> None:
    with pytest.raises(ValidationError, match="without server_side_binding"):
        read("postgres://ada@one/service?server_side_binding=true")
