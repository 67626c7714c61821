"""The relations of a schema: which two fields belong together, and which side holds the link."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from entity_api.scaffolding.prisma.tree import SCALARS, Block, Field, fail

# A relation's models and its name.
Key = tuple[frozenset[str], str]


@dataclass(frozen=True)
class End:
    """One side of a relation: a field of a model."""

    model: Block
    field: Field

    @property
    def columns(self) -> tuple[str, ...]:
        """The fields that hold the link; empty on the side without them."""
        mark = self.field.find("relation")
        held = mark is not None and mark.find("fields") is not None
        return _read_list(self, "fields") if held else ()


@dataclass(frozen=True)
class Relation:
    """A relation. `holder` has the columns; of a many-to-many relation it is the second side."""

    holder: End
    other: End

    @property
    def is_many_to_many(self) -> bool:
        return self.holder.field.many


def find_relations(blocks: Mapping[str, Block]) -> list[Relation]:
    """Return the relations between the models. Raises InputError with the line of a fault."""
    groups: dict[Key, list[End]] = {}
    for end in _list_ends(blocks):
        groups.setdefault(_find_key(end), []).append(end)
    return [_pair(ends) for ends in groups.values()]


def _list_ends(blocks: Mapping[str, Block]) -> Iterator[End]:
    for block in blocks.values():
        if block.kind == "enum":
            continue
        for field in block.fields.values():
            if field.type in SCALARS or field.type == "Unsupported":
                continue
            if field.type not in blocks:
                raise fail(field.line, f"there is no type {field.type!r}.")
            if blocks[field.type].kind == "model" and block.kind == "model":
                yield End(block, field)


def _find_key(end: End) -> Key:
    mark = end.field.find("relation")
    named = mark is not None and mark.find("name", first=True) is not None
    models = frozenset({end.model.name, end.field.type})
    return models, mark.read_text("name") if mark and named else ""


def _pair(ends: list[End]) -> Relation:
    first = ends[0]
    place = f"{first.model.name}.{first.field.name}"
    if len(ends) == 1:
        raise fail(first.field.line, f"{place} has no opposite field in {first.field.type}.")
    if len(ends) > 2 or {end.model.name for end in ends} != {end.field.type for end in ends}:
        raise fail(ends[-1].field.line, f"{place} has several opposite fields: name the relation.")
    holders = [end for end in ends if end.columns]
    if all(end.field.many for end in ends) and not holders:
        # The second model holds it: type checkers know the first by then.
        return Relation(ends[1], ends[0])
    if len(holders) != 1 or holders[0].field.many:
        raise fail(first.field.line, f"one side of {place} needs @relation(fields, references).")
    holder = holders[0]
    _check_columns(holder)
    return Relation(holder, ends[1] if holder is ends[0] else ends[0])


def _check_columns(end: End) -> None:
    references = _read_list(end, "references")
    if len(references) != len(end.columns):
        raise fail(end.field.line, "fields and references have as many names.")
    _check_names(end.model, end.columns, end.field.line)


def _check_names(model: Block, names: Iterable[str], line: int) -> None:
    for name in names:
        if name not in model.fields:
            raise fail(line, f"{model.name} has no field {name!r}.")


def _read_list(end: End, name: str) -> tuple[str, ...]:
    mark = end.field.find("relation")
    if mark is None or not isinstance(mark.find(name), tuple):
        raise fail(end.field.line, f"@relation needs a list of {name}.")
    named = type(mark)(mark.name, tuple(a for a in mark.arguments if a.name == name), mark.line)
    return named.read_names(name)


def check_blocks(blocks: Mapping[str, Block]) -> None:
    """Raise InputError where an attribute such as `@@unique` names a field that is not there."""
    for block in blocks.values():
        for mark in block.marks:
            if mark.name in ("id", "unique", "index", "fulltext"):
                _check_names(block, mark.read_names("fields"), mark.line)
