"""The parts of a schema by what becomes of them: models, users, enums, relations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from entity_api.scaffolding.amplication.notes import Notes
from entity_api.scaffolding.prisma.relations import End, Relation, check_blocks, find_relations
from entity_api.scaffolding.prisma.tree import Block, Call, Field, fail

USER = "User"


@dataclass
class Parts:
    """The parts of a schema. `links` are the relations that are taken over.

    `dropped` has the fields of the others, and `held` the columns of links to one, each by the name
    of its model and its own.
    """

    models: dict[str, Block] = field(default_factory=dict)
    enums: dict[str, Block] = field(default_factory=dict)
    links: list[Relation] = field(default_factory=list)
    dropped: set[tuple[str, str]] = field(default_factory=set)
    held: dict[tuple[str, str], Relation] = field(default_factory=dict)


def sort_blocks(blocks: list[Block], notes: Notes) -> Parts:
    """Return the parts of a schema, with a note on each part that is left out.

    Raises InputError where the schema contradicts itself.
    """
    named = {block.name: block for block in blocks}
    check_blocks(named)
    parts = Parts()
    for block in blocks:
        if block.kind == "enum":
            if not block.fields:
                raise fail(block.line, f"enum {block.name} has no values.")
            parts.enums[block.name] = block
        elif block.kind != "model" or block.find("ignore"):
            notes.add(block.line, f"{block.kind} {block.name} is left out.")
        else:
            parts.models[block.name] = block
    for relation in find_relations(named):
        if reason := _find_reason(relation, parts):
            _drop(relation, parts, reason, notes)
        else:
            _keep(relation, parts, notes)
    return parts


def _find_reason(relation: Relation, parts: Parts) -> str:
    """Return why a relation cannot be taken over; an empty text if it can."""
    ends = (relation.holder, relation.other)
    if any(end.model.name not in parts.models or end.field.find("ignore") for end in ends):
        return "the other side is left out"
    if len(relation.holder.columns) > 1:
        return "a link has one column here"
    if all(end.model.name == USER for end in ends):
        return "the user model is in accounts/models.py"
    if relation.holder.model.name == USER and not relation.is_many_to_many:
        return "the user model would hold it, and is in accounts/models.py"
    return ""


def _drop(relation: Relation, parts: Parts, reason: str, notes: Notes) -> None:
    for end in (relation.holder, relation.other):
        parts.dropped.add((end.model.name, end.field.name))
        if end.model.name in parts.models:
            notes.add(end.field.line, f"{_place(end)} is left out: {reason}.")


def _keep(relation: Relation, parts: Parts, notes: Notes) -> None:
    if relation.holder.model.name == USER:
        relation = Relation(relation.other, relation.holder)
    parts.links.append(relation)
    holder = relation.holder
    for column in holder.columns:
        if (holder.model.name, column) in parts.held:
            raise fail(holder.field.line, f"{column} holds two links.")
        parts.held[holder.model.name, column] = relation
    mark = holder.field.find("relation")
    if mark and holder.columns:
        (reference,) = _list_references(relation)
        if reference.find("id") is None:
            notes.add(mark.line, f"{_place(holder)} links by the id here, not by {reference.name}.")


def _list_references(relation: Relation) -> Iterator[Field]:
    mark = relation.holder.field.find("relation")
    names = mark.find("references") if mark else ()
    for item in names if isinstance(names, tuple) else ():
        name = item.name if isinstance(item, Call) else getattr(item, "text", "")
        if name not in relation.other.model.fields:
            line = relation.holder.field.line
            raise fail(line, f"{relation.other.model.name} has no field {name!r}.")
        yield relation.other.model.fields[name]


def _place(end: End) -> str:
    return f"{end.model.name}.{end.field.name}"
