"""Tables of text: aligned, in bounded memory, and without commands for the terminal."""

import pytest

from auth_core.management.commands.audit_log import quote
from runtime.tables import BLOCK, draw_table, show_text

pytestmark = pytest.mark.one_database


def test_columns_are_aligned() -> None:
    rows = [("name", "roles"), ("augusta", "admin"), ("bo", "")]
    assert list(draw_table(rows)) == ["name     roles", "augusta  admin", "bo"]


def test_a_table_of_any_length_is_drawn_in_blocks() -> None:
    rows = iter([("a",)] * BLOCK + [("wide", "b")])
    lines = draw_table(rows)
    assert next(lines) == "a"
    assert list(rows) == [("wide", "b")]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("a\nb", "a\\nb"),
        ("\x9b31m", "\\x9b31m"),
        ("\u202egpj", "\\u202egpj"),
        ("\udcff", "\\udcff"),
        ("Zoë 🙂", "Zoë 🙂"),
    ],
)
def test_no_text_controls_the_terminal(text: str, shown: str) -> None:
    assert show_text(text) == shown
    assert list(draw_table([(text,)])) == [shown]


def test_the_agent_of_an_event_controls_no_terminal() -> None:
    assert quote("\x1b]0;owned\x07") == "\\x1b]0;owned\\x07"
