"""The attributes of a whole Prisma model: `@@unique`, `@@index`, `@@id`, `@@map`."""

from __future__ import annotations

from collections.abc import Mapping

from entity_api.scaffolding.amplication.notes import Notes
from entity_api.scaffolding.code import Attribute
from entity_api.scaffolding.layout import quote
from entity_api.scaffolding.prisma.tree import Block, Mark

# PostgreSQL cuts longer names.
LONGEST_NAME = 60
LISTED = ("created_at", "id")


class ConstraintWriter:
    """Writes the constraints and indexes of a model.

    `names` has the name of each field here by its name in the schema. It misses those left out.
    """

    def __init__(
        self, prefix: str, names: Mapping[str, str], attributes: list[Attribute], notes: Notes
    ) -> None:
        self.constraints: list[tuple[str, ...]] = []
        self.indexes: list[tuple[str, ...]] = []
        self.table = ""
        self._prefix = prefix
        self._names = names
        # Django makes an index for each foreign key.
        self._indexed = {LISTED, *((each.name,) for each in attributes if each.target)}
        self._notes = notes

    def write(self, block: Block) -> None:
        """Write all attributes of a model, with a note on each that is not taken over."""
        for mark in block.marks:
            if mark.name == "map":
                self.table = mark.read_table_name()
            elif mark.name in ("unique", "id"):
                self._write_unique(mark)
            elif mark.name == "index":
                self._write_index(mark)
            else:
                self._notes.add(mark.line, f"@@{mark.name} is not taken over.")

    def _write_unique(self, mark: Mark) -> None:
        if mark.name == "id":
            self._notes.add(mark.line, "the fields of @@id are unique together here, beside an id.")
        if names := self._find_names(mark):
            name = "_".join([self._prefix, *names])[: LONGEST_NAME - 10]
            number = len(self.constraints) + 1
            fields = ", ".join(map(quote, names))
            name = quote(f"{name}_key{number}")
            self.constraints.append((f"fields=[{fields}]", f"name={name}"))

    def _write_index(self, mark: Mark) -> None:
        if len(mark.arguments) > 1 and any(each.name == "type" for each in mark.arguments):
            self._notes.add(mark.line, "the index has the usual type here.")
        names = self._find_names(mark)
        if names and tuple(names) not in self._indexed:
            self._indexed.add(tuple(names))
            self.indexes.append((f"fields=[{', '.join(map(quote, names))}]",))

    def _find_names(self, mark: Mark) -> list[str]:
        """Return the names here. There are none, with a note, where a field is left out."""
        named = mark.read_names("fields")
        if missing := [name for name in named if name not in self._names]:
            text = f"@@{mark.name} is not taken over, as {missing[0]} is left out."
            self._notes.add(mark.line, text)
            return []
        return [self._names[name] for name in named]
