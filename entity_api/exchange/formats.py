"""The files that rows are exported to and imported from: CSV and JSON."""

from __future__ import annotations

from typing import Any

import orjson
from import_export.formats.base_formats import CSV, JSON
from tablib import Dataset

# Stands for a cell that the file does not have: the field is not written.
MISSING = object()
# A spreadsheet takes a cell with such a beginning for a formula (OWASP, CSV injection). Of
# the full-width characters some spreadsheets think the same.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", *"\uff1d\uff0b\uff0d\uff20")
# Marks a text. A text that begins with the mark itself is marked too, so that it comes back as it
# was.
MARK = "'"


class MarkedCSV(CSV):  # type: ignore[misc]
    """CSV whose texts are no formulas: such a text begins with an apostrophe."""

    def export_data(self, dataset: Dataset, **kwargs: Any) -> Any:
        marked = Dataset(headers=dataset.headers)
        for row in dataset:
            marked.append([_write_cell(value) for value in row])
        return super().export_data(marked, **kwargs)

    def create_dataset(self, in_stream: Any, **kwargs: Any) -> Dataset:
        found = super().create_dataset(in_stream, **kwargs)
        _refuse_repeated(found.headers or [])
        read = Dataset(headers=found.headers)
        for row in found:
            read.append([_read_cell(text) for text in row])
        return read


class StrictJSON(JSON):  # type: ignore[misc]
    """A list of objects. The objects may have different members."""

    def export_data(self, dataset: Dataset, **kwargs: Any) -> str:
        rows = [dict(zip(dataset.headers, row, strict=True)) for row in dataset]
        return orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode()

    def create_dataset(self, in_stream: Any, **kwargs: Any) -> Dataset:
        rows = orjson.loads(in_stream)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ValueError("This must be a list of objects.")
        headers = list(dict.fromkeys(name for row in rows for name in row))
        dataset = Dataset(headers=headers)
        for row in rows:
            dataset.append([row.get(name, MISSING) for name in headers])
        return dataset


FORMATS = [MarkedCSV, StrictJSON]


def _write_cell(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return orjson.dumps(value).decode()
    return MARK + value if value.startswith((*FORMULA, MARK)) else value


def _read_cell(text: str) -> str:
    is_marked = text.startswith(MARK) and text[1:].startswith((*FORMULA, MARK))
    return text[1:] if is_marked else text


def _refuse_repeated(headers: list[str]) -> None:
    if len(set(headers)) < len(headers):
        raise ValueError("A column is there twice.")
