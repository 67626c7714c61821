"""Relations that the sample domain does not have: tests/relations is a domain of its own, in a
process of its own.
"""

import os
import subprocess
import sys

import pytest

from tests.processes import ROOT

pytestmark = pytest.mark.exhaustive

PYTEST = (
    "-m",
    "pytest",
    "-q",
    "-p",
    "no:cacheprovider",
    "--ds=tests.relations.settings",
    "tests/relations/cases.py",
)


def test_relations_of_every_kind_work(database_url: str) -> None:
    on_postgres = ["--postgres"] if database_url.startswith("postgres") else []
    environment = os.environ | {"TEST_DATABASE_URL": database_url}
    command = [sys.executable, *PYTEST, *on_postgres]
    done = subprocess.run(
        command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
