"""The schema as clients see it.

After a wanted change `uv run python -m tests.test_graphql_schema` writes
tests/schemas/schema.graphql anew.
"""

import os
import re
from difflib import unified_diff
from pathlib import Path

import pytest
from graphql import print_schema, validate_schema

from tests.processes import run_python

COMMITTED = Path(__file__).parent / "schemas" / "schema.graphql"
PRINT = (
    "import django; django.setup(); from tests.test_graphql_schema import print_sdl; "
    "print(print_sdl())"
)


def print_sdl() -> str:
    from api_http.graphql.schema import load_schema

    return print_schema(load_schema()) + "\n"


def print_sdl_with(plugins: str) -> str:
    done = run_python("-c", PRINT, AUTH_PLUGINS=plugins, DJANGO_SETTINGS_MODULE="tests.settings")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_is_the_committed_one() -> None:
    assert print_sdl() == COMMITTED.read_text(encoding="utf-8"), "see the top of this file"


def test_it_is_valid() -> None:
    from api_http.graphql.schema import load_schema

    assert validate_schema(load_schema()) == []


@pytest.mark.exhaustive
@pytest.mark.one_database
def test_providers_differ_by_what_they_issue_alone() -> None:
    changed = [
        line
        for line in unified_diff(
            print_sdl().splitlines(), print_sdl_with("auth_core,auth_basic").splitlines(), n=0
        )
        if re.match(r"[-+][^-+]", line)
    ]
    fields = ("expiresIn", "refreshToken", "refreshExpiresIn")
    assert [line.split(":")[0].strip("- ") for line in changed if ":" in line] == list(fields)
    assert all(line.startswith("-") for line in changed)


@pytest.mark.exhaustive
@pytest.mark.one_database
def test_an_open_service_has_no_login_and_no_users() -> None:
    sdl = print_sdl_with("")
    assert "type Customer {" in sdl
    assert not [word for word in ("User", "login", "Credentials", "owner", "roles") if word in sdl]


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    os.environ.setdefault("DEBUG", "true")
    django.setup()
    COMMITTED.write_text(print_sdl(), encoding="utf-8")
