"""Draw the packages and their imports: `uv run --dev python -m tools.draw_packages` writes
docs/packages.svg.

An arrow leads from a package to a package that it imports. A dashed arrow leads to an app that
config names as a text only. An arrow that follows from others is left out.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tools.imports import PACKAGES, ROOT, Graph, find_modules, join_packages, read_imports

DRAWING = ROOT / "docs" / "packages.svg"
WIDTH, BOX_WIDTH, BOX_HEIGHT, ROW = 1840, 130, 44, 90
# The columns keep arrows from crossing boxes. The rows follow from the imports.
COLUMNS = {
    "config": 400,
    "entities": 320,
    "accounts": 150,
    "entity_api": 250,
    "api_http": 330,
    "auth_jwt": 470,
    "auth_basic": 630,
    "auth_accounts": 1590,
    "auth_magic": 1750,
    "auth_session": 790,
    "auth_apikey": 950,
    "auth_proxy": 1110,
    "auth_oidc": 1270,
    "auth_mfa": 1430,
    "auth_core": 550,
    "runtime": 150,
    "statements": 470,
}
STYLE = """
  rect { fill: #f6f8fa; stroke: #57606a; }
  text { fill: #1f2328; font: 15px sans-serif; text-anchor: middle; }
  line { stroke: #57606a; stroke-width: 1.5; }
  marker path { fill: #57606a; }
  @media (prefers-color-scheme: dark) {
    rect { fill: #161b22; stroke: #8b949e; }
    text { fill: #e6edf3; }
    line { stroke: #8b949e; }
    marker path { fill: #8b949e; }
  }
"""
Places = dict[str, tuple[int, int]]


def draw_packages() -> str:
    """Return an SVG of the packages in rows: each package stands above all that it imports."""
    imports = join_packages(read_imports())
    graph = {**imports, "config": imports["config"] | _list_named_apps()}
    places = {name: (COLUMNS[name], _find_depth(graph, name)) for name in graph}
    top = max(depth for _, depth in places.values())
    places = {name: (x, 20 + (top - depth) * ROW) for name, (x, depth) in places.items()}
    height = 40 + top * ROW + BOX_HEIGHT
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        "<title>The packages and their imports</title>",
        f"<style>{STYLE}</style>",
        '<marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" orient="auto">',
        '<path d="M0 0L8 4L0 8z"/></marker>',
        *_draw_arrows(graph, imports, places),
        *(line for name, place in places.items() for line in _draw_box(name, *place)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _list_named_apps() -> frozenset[str]:
    """Return the packages whose names are texts in config."""
    trees = [
        ast.parse(path.read_text(encoding="utf-8")) for path in find_modules(("config",)).values()
    ]
    nodes = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    named = {str(node.value).partition(".")[0] for node in nodes}
    return frozenset(named & {*PACKAGES} - {"config"})


def _find_depth(graph: Graph, name: str) -> int:
    return max((_find_depth(graph, other) + 1 for other in graph[name]), default=0)


def _draw_arrows(graph: Graph, imports: Graph, places: Places) -> Iterator[str]:
    for name, imported in graph.items():
        for other in sorted(imported - _find_implied(graph, name)):
            (x, y), (end_x, end_y) = places[name], places[other]
            dashed = "" if other in imports[name] else ' stroke-dasharray="5 4"'
            yield (
                f'<line x1="{x}" y1="{y + BOX_HEIGHT}" x2="{end_x}" y2="{end_y - 2}"'
                f' marker-end="url(#tip)"{dashed}/>'
            )


def _find_implied(graph: Graph, name: str) -> set[str]:
    return {farther for other in graph[name] for farther in _find_all(graph, other)}


def _find_all(graph: Graph, name: str) -> set[str]:
    return set(graph[name]) | _find_implied(graph, name)


def _draw_box(name: str, x: int, y: int) -> Iterator[str]:
    left = x - BOX_WIDTH // 2
    yield f'<rect x="{left}" y="{y}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="6"/>'
    yield f'<text x="{x}" y="{y + 27}">{name}</text>'


if __name__ == "__main__":
    DRAWING.write_text(draw_packages(), encoding="utf-8")
