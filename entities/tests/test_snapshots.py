"""The API and its policy change only on purpose: they are those of the committed files."""

import pytest

from entities.tests.snapshots import FOLDER, WRITERS, write


@pytest.mark.parametrize("name", WRITERS)
def test_it_is_the_committed_one(name: str) -> None:
    committed = (FOLDER / name).read_text(encoding="utf-8")
    remedy = "If you want the change: uv run --dev python -m entities.tests.snapshots"
    assert write(name) == committed, remedy
