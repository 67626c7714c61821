"""The walk of docs/api-keys.md, and its commands."""

from __future__ import annotations

import json
import re
import shlex
import subprocess

import pytest
from django.core.management import CommandError, call_command

from tests.processes import ROOT, find_free_port, serve

PAGE = (ROOT / "docs" / "api-keys.md").read_text(encoding="utf-8")


@pytest.mark.exhaustive
def test_the_walk_goes_as_it_says(seeded_url: str) -> None:
    walk = [line for line in PAGE.splitlines() if line.startswith("curl ")]
    seen, given = [], {"KEY": "", "ID": ""}
    with serve(find_free_port(), 4, DATABASE_URL=seeded_url, DEBUG="true") as address:
        for line in walk:
            command = line.replace("http://127.0.0.1:8000", address.rstrip("/"))
            command = f"{command} -s -w '\\n%{{http_code}}'"
            done = subprocess.run(
                ["bash", "-c", command], env=given, capture_output=True, text=True, check=True
            )
            body, _, status = done.stdout.rpartition("\n")
            seen.append(int(status))
            if "key" in (made := json.loads(body or "{}")):
                given = {"KEY": made["key"], "ID": made["id"]}
    assert seen == [201, 200, 403, 403, 200, 204]


@pytest.mark.django_db
def test_its_commands_run(user: object) -> None:
    lines = re.findall(r"^uv run manage.py (api_key .*)$", PAGE, re.MULTILINE)
    assert len(lines) == 3
    for line in lines[:2]:
        call_command(*shlex.split(line))
    with pytest.raises(CommandError, match="no such key"):
        call_command(*shlex.split(lines[2]))
