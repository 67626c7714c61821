"""Docstrings and comments are plain: words that make a sentence a riddle are rare."""

from pathlib import Path

import pytest

from tools.imports import find_modules
from tools.prose import BOUND, PATTERNS, count_riddles


def test_words_that_make_riddles_are_rare() -> None:
    words, hits, worst = count_riddles(find_modules().values())
    rates = {name: 1000 * hits[name] / words for name in PATTERNS}
    assert max(rates.values()) <= BOUND, (rates, worst.most_common(5))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("`what` as a noun", "The value of what was sent."),
        ("`told`, `says`", "The caller is told."),
        ("`whoever`, `whatever`", "Whoever asks."),
        ("`nobody`, `everyone`", "It is known to nobody."),
        ("`one` as a pronoun", "It is the one that signs."),
    ],
)
def test_such_a_word_is_found(tmp_path: Path, name: str, text: str) -> None:
    module = tmp_path / "module.py"
    module.write_text(f'"""{text}"""\n# `Whoever` in code is left out.\n')
    assert count_riddles([module])[1] == {name: 1} | dict.fromkeys(PATTERNS.keys() - {name}, 0)
