"""The lines of permissions.toml on which faults are reported, in every form that TOML has for a
key.
"""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth_core.policy.lines import find_lines

SECTION = "roles = []\n# a comment\n[Customer]\n"


@pytest.mark.parametrize(
    ("text", "keys", "line"),
    [
        (SECTION, ("roles",), 1),
        (SECTION, ("Customer",), 3),
        (SECTION + "view = 1 # delete = 2\n", ("Customer", "view"), 4),
        (SECTION + "# view = 1\nview = 2\n", ("Customer", "view"), 5),
        (SECTION + "fields.update.email = 1\n", ("Customer", "fields", "update", "email"), 4),
        (SECTION + "fields.update.email = 1\n", ("Customer", "fields", "update"), 4),
        (SECTION + "fields . update .\temail=1\n", ("Customer", "fields", "update", "email"), 4),
        (SECTION + "  fields.update = 1\nfields.view.a = 1\n", ("Customer", "fields", "view"), 5),
        ("\n[Customer.fields.update]\nemail = 1\n", ("Customer", "fields", "update", "email"), 3),
        ("\n[Customer.fields.update]\nemail = 1\n", ("Customer", "fields"), 2),
        ("\n[ Customer . fields ] # [Order]\nview.a = 1\n", ("Customer", "fields", "view", "a"), 3),
        ("[A]\nview = [\n  'x',\n]\nsearch = 1\n", ("A", "search"), 5),
        ("[A]\nfields = { update = { email = 1 } }\nview = 1\n", ("A", "fields"), 2),
        ('[A]\n"view" = 1\n', ("A", "view"), 2),
        ("[A]\n'view' = 1\n", ("A", "view"), 2),
        ('["A.B"]\n"x.y" = 1\n', ("A.B", "x.y"), 2),
        ('["A\\u0042"]\n"x \\"=\\" y" = 1\n', ("AB", 'x "=" y'), 2),
        ('[A]\nfields."update".email = 1\n', ("A", "fields", "update", "email"), 2),
        ('[A]\nnote = """\nview = 1\n"""\nview = 2\n', ("A", "view"), 5),
        ("[A]\nnote = '''\n[B]\n'''\nview = 2\n", ("A", "view"), 5),
        ('[A] # """\nview = 2 # """\n', ("A", "view"), 2),
        ("[[A]]\nview = 1\n", ("A",), 1),
        ("[A]\r\nview = 1\r\n", ("A", "view"), 2),
    ],
)
def test_a_key_is_found_on_its_line(text: str, keys: tuple[str, ...], line: int) -> None:
    tomllib.loads(text)
    assert find_lines(text)[keys] == line


NAMES = st.text("ab.'\"= #[]\\é\t", min_size=1, max_size=4)


@given(
    st.lists(
        st.lists(NAMES, min_size=1, max_size=3),
        min_size=1,
        max_size=4,
        unique_by=lambda path: path[0],
    )
)
def test_every_key_of_a_valid_file_is_found(paths: list[list[str]]) -> None:
    text = "".join(f"{'.'.join(map(_quote, path))} = 1\n" for path in paths)
    tomllib.loads(text)
    lines = find_lines(text)
    assert [lines[tuple(path)] for path in paths] == list(range(1, len(paths) + 1))


def _quote(name: str) -> str:
    escaped = "".join(
        f"\\u{ord(character):04x}" if character in '"\\\t' else character for character in name
    )
    return f'"{escaped}"'


def test_a_hostile_text_costs_no_more_than_its_length() -> None:
    found: Any = find_lines("[" + "a." * 50_000 + "\n" + '"' * 50_000 + "\n" + "a " * 50_000)
    assert found == {}
