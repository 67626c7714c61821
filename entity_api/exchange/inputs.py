"""What the lines of a file mean: inputs of new rows, and of changes, in wire form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson

from entity_api.description.entity import EntityDescription
from entity_api.description.keys import is_key_given, parse_key
from entity_api.exchange.formats import MISSING


class Line(NamedTuple):
    """A line of a file, its number without the head, and the input it stands for."""

    number: int
    input: dict[str, Any]


def read_lines(entity: EntityDescription, dataset: Any) -> Iterator[Line]:
    """Yield the lines. What the service alone writes is left out, such as the time of a change."""
    for number, cells in enumerate(dataset, 1):
        values = zip(dataset.headers, cells, strict=True)
        given = {name: _read(entity, name, cell) for name, cell in values if cell is not MISSING}
        kept = {name: value for name, value in given.items() if _is_written(entity, name)}
        # A new row has no id yet.
        yield Line(number, {name: kept[name] for name in kept if name != "id" or kept[name]})


def split_lines(entity: EntityDescription, lines: list[Line]) -> tuple[list[Line], list[Line]]:
    """Return the lines of new rows and those of changes: a change has the id of a row."""
    if is_key_given(entity.model):
        keys = [parse_key(entity.model, str(line.input.get("id"))) for line in lines]
        rows = entity.model._base_manager.filter(pk__in=[key for key in keys if key is not None])
        stored = set(rows.values_list("pk", flat=True))
        is_change = [key in stored for key in keys]
    else:
        is_change = ["id" in line.input for line in lines]
    pairs = list(zip(lines, is_change, strict=True))
    return [line for line, old in pairs if not old], [line for line, old in pairs if old]


def _is_written(entity: EntityDescription, name: str) -> bool:
    field = entity.fields.get(name) or entity.relations.get(name)
    # An unknown name is kept, and refused like one in the body of a request.
    return field is None or name == "id" or field.writable


def _read(entity: EntityDescription, name: str, cell: Any) -> Any:
    """Return the value of a cell, which is a text in CSV, and any value in JSON."""
    relation = entity.relations.get(name)
    if relation and not relation.many:
        return {"id": cell} if cell else None
    field = entity.fields.get(name)
    if field is None or not isinstance(cell, str):
        return cell
    kind = field.kind
    is_list = field.many or (kind is not None and kind.many)
    is_text = kind is not None and kind.openapi.get("type") == "string" and not is_list
    if not cell and (field.nullable or not is_text):
        return None
    return cell if is_text else _parse(cell)


def _parse(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        # The field says what is wrong with it.
        return text
