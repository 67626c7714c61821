"""The API and the policy of this project as text. After a wanted change renew the files:

uv run --dev python -m entities.tests.snapshots
"""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from django.core.management import call_command
from graphql import print_schema

FOLDER = Path(__file__).parent / "committed"


def write_openapi() -> str:
    output = StringIO()
    call_command("spectacular", "--format", "openapi-json", "--fail-on-warn", stdout=output)
    return output.getvalue()


def write_graphql() -> str:
    from api_http.graphql.schema import load_schema

    return print_schema(load_schema())


def write_policy() -> str:
    output = StringIO()
    call_command("permissions", stdout=output)
    return output.getvalue()


WRITERS = {
    "openapi.json": write_openapi,
    "schema.graphql": write_graphql,
    "permissions.txt": write_policy,
}


def write(name: str) -> str:
    return WRITERS[name]().strip() + "\n"


if __name__ == "__main__":
    import os

    import django

    from tests.environment import forget_environment

    # The tests compare the files with an API that follows from the project's files alone.
    forget_environment()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    for name in WRITERS:
        (FOLDER / name).write_text(write(name), encoding="utf-8")
