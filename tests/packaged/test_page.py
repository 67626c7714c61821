"""The classes in docs/providers.md are those that the tests run."""

from __future__ import annotations

import re
from pathlib import Path

from tests.kit_tables import PAGE

FOLDER = Path(__file__).parent


def test_the_page_quotes_the_code() -> None:
    text = PAGE.read_text(encoding="utf-8").partition("## Packages from PyPI")[2]
    quotes = re.findall(r"```python\n(.*?)\n```", text, re.DOTALL)
    files = [path.read_text(encoding="utf-8") for path in FOLDER.rglob("*.py")]
    code = re.sub(r"  # type: ignore\[[\w-]+\]", "", "\n".join(files))
    assert len(quotes) > 10
    assert [quote for quote in quotes if f"\n{quote}\n" not in code] == []
