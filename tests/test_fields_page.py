"""docs/fields.md is true: its table is the table of kinds."""

from __future__ import annotations

import re

import pytest

from entity_api.description.kinds import KINDS
from tests.processes import ROOT

PAGE = (ROOT / "docs" / "fields.md").read_text(encoding="utf-8")
ROWS = {
    cells[0]: cells
    for cells in re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \| (.+) \| (.+) \|$", PAGE, re.M)
}


def list_names(cell: str) -> list[str]:
    return cell.strip("`").split(", ")


def test_the_page_has_each_kind_in_order() -> None:
    assert list(ROWS) == list(KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_a_row_says_what_the_table_of_kinds_says(name: str) -> None:
    kind, (_, models, _, operators, graphql) = KINDS[name], ROWS[name]
    assert tuple(list_names(operators)) == (kind.operators or ("isNull",))
    if kind.fields:
        assert list_names(models) == [field.__name__ for field in kind.fields]
    if kind.bind is None:
        assert graphql == f"`{kind.graphql.name}`"


def test_the_page_names_the_kinds_without_an_order() -> None:
    unsorted = [name for name, kind in KINDS.items() if not kind.sortable]
    assert unsorted == ["ip", "json", "file", "choices"]
    sentence = " ".join(PAGE.split())
    assert "A list can be sorted by each kind but `ip`, `json`, `file` and `choices`." in sentence
