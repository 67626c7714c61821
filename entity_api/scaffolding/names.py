"""Names of entities and fields in their forms: `LineItem`, `line_item`, `lineItems`."""

from __future__ import annotations

import re

from django.utils.text import camel_case_to_spaces

_IRREGULAR = {
    "person": "people",
    "child": "children",
    "man": "men",
    "woman": "women",
    "foot": "feet",
    "tooth": "teeth",
    "mouse": "mice",
    "half": "halves",
    "knife": "knives",
    "leaf": "leaves",
    "life": "lives",
    "shelf": "shelves",
    "wolf": "wolves",
    "hero": "heroes",
    "echo": "echoes",
    "potato": "potatoes",
    "tomato": "tomatoes",
    "quiz": "quizzes",
    "medium": "media",
    "criterion": "criteria",
    "index": "indices",
    "vertex": "vertices",
    "datum": "data",
    "axis": "axes",
}
# Words with one form. Amplication adds `Items` to these.
_UNCOUNTABLE = frozenset(
    {
        *("advice", "data", "equipment", "feedback", "furniture", "information", "knowledge"),
        *("luggage", "media", "money", "music", "news", "police", "research", "rice", "series"),
        *("sheep", "software", "species", "staff", "traffic", "training", "weather"),
    }
)
_ENDINGS = (
    (re.compile(r"(?<=[^aeiou])y$"), "ies"),
    (re.compile(r"(?<=s)is$"), "es"),
    (re.compile(r"(?<=s|x|z)$|(?<=ch|sh)$"), "es"),
    (re.compile(r"$"), "s"),
)


def snake_case(name: str) -> str:
    """Return the name in small letters: `LineItem` and `lineItem` become `line_item`."""
    separated = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return separated.lower()


def plural_of(name: str) -> str:
    """Return the plural of an entity on the wire: `lineItems` of `LineItem`."""
    first = name[:1].lower() + name[1:]
    last = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", first)[-1] if first else ""
    return first[: len(first) - len(last)] + _pluralise(last)


def _pluralise(word: str) -> str:
    low = word.lower()
    if low in _UNCOUNTABLE:
        return f"{word}Items"
    if low in _IRREGULAR:
        return word[:1] + _IRREGULAR[low][1:]
    for ending, plural in _ENDINGS:
        if ending.search(low):
            return ending.sub(plural, word, count=1)
    return word


def spoken(name: str) -> str:
    """Return the name in words: `line item`."""
    return snake_case(name).replace("_", " ")


def spoken_plural(plural: str) -> str:
    """Return the plural in words, for the admin."""
    return spoken(plural)


def django_plural(name: str) -> str:
    """Return the plural that Django makes of a model's name by itself."""
    return f"{camel_case_to_spaces(name)}s"


def with_article(name: str) -> str:
    """Return the name in words with its article: `An invoice`."""
    words = spoken(name)
    return f"{'An' if words[0] in 'aeiou' else 'A'} {words}"


def name_member(value: str) -> str:
    """Return the name of an option in its class: `IN_PROGRESS` of `in-progress`."""
    name = snake_case(re.sub(r"\W", "_", value, flags=re.ASCII)).upper()
    return f"_{name}" if name[:1].isdigit() else name
