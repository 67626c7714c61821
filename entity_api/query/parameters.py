"""A query string with brackets, `where[firstName][contains]=Ada`, read into nested mappings.

Brackets may be raw or percent-encoded. A name that is repeated is a list, with or without `[]`, and
so are numbered brackets `[0]`, `[1]`, as clients of the reference write them. `where` and `orderBy`
may each be one JSON text as well.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl

import orjson
from rest_framework.exceptions import ValidationError

from entity_api.description.entity import Arguments
from entity_api.description.field_kind import TAKE_LIST
from entity_api.query.errors import Path, refuse

MAX_PARAMETERS = 1_000
MAX_BRACKETS = 40
_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_JSON = ("where", "orderBy")
_LISTS = (*TAKE_LIST, "orderBy", "AND", "OR", "NOT")


def read_parameters(query_string: str) -> Arguments:
    """Return the arguments in a raw query string, as WSGI gives it.

    Raises ValidationError for bytes that are not UTF-8, for more than 1,000 parameters, and for
    names that contradict each other.
    """
    try:
        # WSGI hands bytes over as Latin-1 characters.
        text = query_string.encode("latin-1").decode()
        pairs = parse_qsl(
            text, keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS
        )
    except UnicodeError:
        raise ValidationError("The query string is not valid UTF-8.") from None
    except ValueError:
        raise ValidationError(
            f"The query string has more than {MAX_PARAMETERS} parameters.", "too_many"
        ) from None
    tree: dict[str, Any] = {}
    named = [(_split_name(name), value) for name, value in pairs]
    whole = {path[0] for path, _ in named if len(path) == 1}
    for path, value in named:
        if len(path) > 1 and path[0] in whole:
            raise refuse(path, "This is given both as a value and with brackets.", "duplicate")
        _insert(tree, path, _read_json(path, value))
    if isinstance(order := tree.get("orderBy"), dict):
        terms = [(path[1:], value) for path, value in named if path[0] == "orderBy"]
        tree["orderBy"] = _keep_order(order, terms)
    elif order and len(order) == 1 and not isinstance(order[0], str):
        (tree["orderBy"],) = order  # one JSON text
    # A JSON text has lists of its own, and may be nested more deeply than Python's calls.
    return {
        name: value if name in whole else _number_lists(value, (name,))
        for name, value in tree.items()
    }


def _read_json(path: Path, value: str) -> Any:
    """Return the value in a JSON text of `where` or `orderBy`; any other text as it is."""
    if len(path) > 1 or path[0] not in _JSON or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return orjson.loads(value)
    except ValueError:
        raise refuse(path, "This is not valid JSON, or is nested too deeply.") from None


def _keep_order(order: dict[str, Any], terms: list[tuple[Path, str]]) -> Any:
    """Return the terms one by one where a mapping would change their order.

    `orderBy[a][x]=asc&orderBy[b]=asc&orderBy[a][y]=asc` has three terms and two names.
    """
    paths = [path for path, _ in terms]
    if all(path[0].isdigit() for path in paths) or list(_list_leaves(order)) == paths:
        return order
    return [_nest(path, value) for path, value in terms]


def _list_leaves(tree: Mapping[str, Any]) -> Iterator[Path]:
    for name, value in tree.items():
        below = _list_leaves(value) if isinstance(value, Mapping) else [()]
        yield from ((name, *path) for path in below)


def _nest(path: Path, value: str) -> Any:
    nested: Any = value
    for name in reversed(path):
        nested = {name: nested}
    return nested


def _split_name(name: str) -> Path:
    match = _NAME.fullmatch(name)
    if not match or match[2].count("[") > MAX_BRACKETS:
        raise refuse((name[:100],), "This is not the name of a parameter.", "unknown")
    return (match[1], *re.findall(r"\[([^\[\]]+)\]", match[2]))


def _insert(tree: dict[str, Any], path: Path, value: Any) -> None:
    *branches, leaf = path
    for branch in branches:
        child = tree.setdefault(branch, {})
        if not isinstance(child, dict):
            raise refuse(path, "This is given both as a value and with brackets.", "duplicate")
        tree = child
    if leaf not in tree:
        tree[leaf] = [value] if leaf in _LISTS else value
    elif isinstance(tree[leaf], list):
        tree[leaf].append(value)
    else:
        raise refuse(path, "This is given more than once.", "duplicate")


def _number_lists(value: Any, path: Path) -> Any:
    """Return the list for `{"0": …, "1": …}` under a name that takes a list."""
    if not isinstance(value, dict):
        return value
    if (
        path[-1] in _LISTS
        and value
        and all(re.fullmatch(r"\d{1,4}", key, re.ASCII) for key in value)
    ):
        return [_number_lists(value[key], (*path, key)) for key in sorted(value, key=int)]
    return {key: _number_lists(child, (*path, key)) for key, child in value.items()}
