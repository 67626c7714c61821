"""The drawing of the packages shows the present imports of this project."""

from tools.draw_packages import DRAWING, draw_packages


def test_it_is_the_present_one() -> None:
    """`uv run --dev just draw` draws it anew after a wanted change."""
    assert DRAWING.read_text(encoding="utf-8") == draw_packages()
