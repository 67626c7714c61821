"""Code that is added to the text of a module, with its imports in the order of `ruff`."""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from entity_api.scaffolding.code import Import, InputError
from entity_api.scaffolding.layout import write_items

# An import's place: the section, whether it is `from … import`, and the module.
Place = tuple[int, bool, str]


@dataclass(frozen=True)
class _Statement:
    node: ast.Import | ast.ImportFrom
    place: Place


def add_code(text: str, imports: Iterable[Import], code: str, own: Collection[str]) -> str:
    """Return the module with the imports, and with the code at its end.

    `own` has the packages of the project. Raises InputError where the module cannot be parsed, or a
    name means something else in it.
    """
    _check_free(text, imports, code)
    for module, name in sorted(imports):
        text = add_import(text, module, name, own)
    before = text.rstrip("\n")
    return f"{before}\n\n\n{code.strip(chr(10))}\n" if before else f"{code.strip(chr(10))}\n"


def _check_free(text: str, imports: Iterable[Import], code: str) -> None:
    """Raise InputError where a new name is bound to something else in the module."""
    new = {(module, name) for module, name in imports}
    new |= {("", node.name) for node in ast.parse(code).body if isinstance(node, ast.ClassDef)}
    bound = set(_list_bound(parse_module(text)))
    for module, name in sorted(new):
        if any(name == other and module != place for place, other in bound | new):
            raise InputError(f"the name {name!r} is taken in it")
    if doubled := [name for module, name in new if not module and ("", name) in bound]:
        raise InputError(f"the name {doubled[0]!r} is taken in it")


def _list_bound(tree: ast.Module) -> Iterator[Import]:
    """Yield the names that a module binds, each with the module that it is imported from."""
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.asname or alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (("", alias.asname or alias.name) for alias in node.names)
        elif isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield "", node.name
        elif isinstance(node, ast.Assign):
            yield from (("", each.id) for each in node.targets if isinstance(each, ast.Name))


def add_import(text: str, module: str, name: str, own: Collection[str]) -> str:
    """Return the module with `from module import name`."""
    statements = _list_imports(text, own)
    same = [
        each.node
        for each in statements
        if isinstance(each.node, ast.ImportFrom) and each.node.module == module
    ]
    for node in same:
        if any(alias.name == name and alias.asname is None for alias in node.names):
            return text
    if same and "#" not in (ast.get_source_segment(text, same[0]) or "#"):
        return _add_name(text, same[0], name)
    return _add_statement(text, statements, module, name, own)


def parse_module(text: str) -> ast.Module:
    """Return the tree of a module. Raises InputError where it is no Python."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError) as error:
        raise InputError(f"it is no Python: {error}") from None


def replace_lines(text: str, first: int, last: int, new: str) -> str:
    """Return the text with `new` in place of the lines from `first` to `last`, counted from 1.

    With `last` before `first`, `new` is put before the line `first`.
    """
    lines = text.splitlines(keepends=True)
    return "".join([*lines[: first - 1], new, *lines[last:]])


def _list_imports(text: str, own: Collection[str]) -> list[_Statement]:
    nodes = [
        each for each in parse_module(text).body if isinstance(each, ast.Import | ast.ImportFrom)
    ]
    return [_Statement(node, _find_place(node, own)) for node in nodes]


def _find_place(node: ast.Import | ast.ImportFrom, own: Collection[str]) -> Place:
    is_from = isinstance(node, ast.ImportFrom)
    module = (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name
    return _find_section(module, own), is_from, module.lower()


def _find_section(module: str, own: Collection[str]) -> int:
    package = module.partition(".")[0]
    if package == "__future__":
        return 0
    if package in sys.stdlib_module_names:
        return 1
    return 3 if package in own else 2


def _add_name(text: str, node: ast.ImportFrom, name: str) -> str:
    names = [
        f"{alias.name} as {alias.asname}" if alias.asname else alias.name for alias in node.names
    ]
    return replace_lines(
        text,
        node.lineno,
        node.end_lineno or node.lineno,
        _write_from(node.module or "", [*names, name]),
    )


def _write_from(module: str, names: Iterable[str]) -> str:
    head = f"from {module} import "
    ordered = sorted(set(names), key=_rank)
    if len(line := head + ", ".join(ordered)) <= 100:
        return f"{line}\n"
    return write_items(head, ordered) + "\n"


def _rank(name: str) -> tuple[int, str]:
    """Return the order of names in an import: constants, classes, then all others."""
    if name.isupper() and len(name) > 1:
        return 0, name
    return (1 if name[:1].isupper() else 2), name


def _add_statement(
    text: str, statements: list[_Statement], module: str, name: str, own: Collection[str]
) -> str:
    place = (_find_section(module, own), True, module.lower())
    line = f"from {module} import {name}\n"
    if not statements:
        return _add_first(text, line)
    earlier = [each for each in statements if each.place < place]
    later = [each for each in statements if each.place > place]
    if later and later[0].place[0] == place[0]:
        return _put_before(text, later[0].node.lineno, line)
    if not earlier:
        return _put_before(text, later[0].node.lineno, f"{line}\n")
    last = earlier[-1]
    gap = "" if last.place[0] == place[0] else "\n"
    return _put_before(text, (last.node.end_lineno or last.node.lineno) + 1, gap + line)


def _add_first(text: str, line: str) -> str:
    """Put the first import of a module below its docstring."""
    tree = parse_module(text)
    if ast.get_docstring(tree) is None:
        return f"{line}\n{text}" if text.strip() else line
    return _put_before(text, (tree.body[0].end_lineno or 1) + 1, f"\n{line}")


def _put_before(text: str, number: int, new: str) -> str:
    return replace_lines(text, number, number - 1, new)
