"""The notes on all that an import cannot take over as it is."""

from __future__ import annotations


class Notes:
    """Notes on lines of the schema."""

    def __init__(self) -> None:
        self._found: list[tuple[int, str]] = []

    def add(self, line: int, text: str) -> None:
        """Add a note on a line."""
        self._found.append((line, text))

    def list(self) -> list[str]:
        """Return the notes in the order of the lines, each in one line."""
        return [f"schema.prisma, line {line}: {text}" for line, text in sorted(self._found)]
