"""Count words that make a text hard to read, in docstrings and comments.

`uv run --dev python -m tools.prose [FOLDER…]` prints each count per 1,000 words and the worst
files. Django REST framework, starlette and healthchecks stay below 1.3 for each of them.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.imports import PACKAGES, find_modules

BOUND = 1.3
PATTERNS = {
    "`what` as a noun": r"\b(of|by|to|from|with|for|in) what\b|(^|[.:;] )what\b",
    "`told`, `says`": r"\b(told|tells?|says?|said)\b",
    "`whoever`, `whatever`": r"\b(who|what|which|where)ever\b",
    "`nobody`, `everyone`": r"\b(no|some|any|every)(body|one)\b",
    "`one` as a pronoun": (
        r"\b(one that|one of|another one|the one|of one|none"
        r"|ones?(?= (is|are|that|who|which|does|without|has)\b))\b"
    ),
}
_MARKS = re.compile(r"#\s*(noqa|type:|pragma)")


def count_riddles(files: Iterable[Path]) -> tuple[int, Counter[str], Counter[Path]]:
    """Return the number of words, the hits for each pattern, and the hits in each file."""
    words, hits, worst = 0, Counter[str](), Counter[Path]()
    for path in files:
        for text in _list_texts(path.read_text(encoding="utf-8")):
            plain = re.sub(r"`[^`]*`", "code", text)
            words += len(plain.split())
            for name, pattern in PATTERNS.items():
                found = sum(1 for _ in re.finditer(pattern, plain, re.IGNORECASE | re.MULTILINE))
                hits[name] += found
                worst[path] += found
    return words, hits, worst


def _list_texts(source: str) -> Iterator[str]:
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, documented) and (text := ast.get_docstring(node)):
            yield text
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and not _MARKS.match(token.string):
            yield token.string.lstrip("# ")


def main() -> None:
    packages = tuple(sys.argv[1:]) or PACKAGES
    words, hits, worst = count_riddles(find_modules(packages).values())
    print(f"{words} words")
    for name, count in hits.items():
        print(f"{1000 * count / max(words, 1):5.1f}  {name}")
    for path, count in worst.most_common(10):
        print(f"{count:5}  {path}")


if __name__ == "__main__":
    main()
