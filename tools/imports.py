"""The imports between the modules of the project, read from the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The packages of the service. Tests, benchmarks and tools are not part of it.
PACKAGES = (
    "config",
    "entities",
    "accounts",
    "entity_api",
    "api_http",
    "auth_core",
    "auth_jwt",
    "auth_basic",
    "auth_magic",
    "auth_accounts",
    "auth_oidc",
    "auth_proxy",
    "auth_mfa",
    "auth_session",
    "auth_apikey",
    "runtime",
    "statements",
)
# Those of the wheel.
LIBRARY = tuple(
    sorted(
        path.name
        for pattern in ("api_http", "auth_*", "entity_api", "runtime", "statements")
        for path in ROOT.glob(pattern)
    )
)
Graph = Mapping[str, frozenset[str]]


def find_modules(packages: tuple[str, ...] = PACKAGES) -> dict[str, Path]:
    """Return the source file of each module, without tests and migrations."""
    files = (path for package in packages for path in sorted((ROOT / package).rglob("*.py")))
    return {
        _name_module(path): path
        for path in files
        if not {"tests", "migrations"} & {*path.relative_to(ROOT).parts}
    }


def _name_module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def read_imports(*, with_types: bool = False) -> Graph:
    """Return the modules that each module imports, also inside functions.

    `with_types` adds the imports under `if TYPE_CHECKING:`.
    """
    modules = find_modules()
    found = {}
    for name, path in modules.items():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        left_out = set() if with_types else set(_list_type_imports(tree))
        names = {
            imported
            for node in ast.walk(tree)
            if id(node) not in left_out
            for imported in _list_imported(node, modules)
        }
        found[name] = frozenset(names - {name})
    return found


def _list_type_imports(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from (id(inner) for statement in node.body for inner in ast.walk(statement))


def _list_imported(node: ast.AST, modules: Mapping[str, Path]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name in modules)
    if not isinstance(node, ast.ImportFrom) or node.module is None:
        return
    for alias in node.names:
        full = f"{node.module}.{alias.name}"
        if full in modules:
            yield full
        elif node.module in modules:
            yield node.module


def find_circles(graph: Graph) -> list[tuple[str, ...]]:
    """Return each set of modules that import each other in a circle, the largest first."""
    reached = {name: _reach(graph, name) for name in graph}
    circles = {
        tuple(sorted(other for other in reached[name] if name in reached[other]))
        for name in graph
        if name in reached[name]
    }
    return sorted(circles, key=lambda circle: (-len(circle), circle))


def _reach(graph: Graph, start: str) -> set[str]:
    seen: set[str] = set()
    waiting = list(graph[start])
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += graph[name]
    return seen


def join_packages(graph: Graph) -> Graph:
    """Return the packages that each package imports."""
    joined: dict[str, set[str]] = {package: set() for package in PACKAGES}
    for name, imported in graph.items():
        package = name.partition(".")[0]
        joined[package] |= {each.partition(".")[0] for each in imported} - {package}
    return {package: frozenset(names) for package, names in joined.items()}
