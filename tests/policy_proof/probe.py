"""A surface that is asked for every cell: what reads is its own, and the writes are the same."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

from tests.policy_proof.cells import WRITABLE, Cell, Verdict, Verdicts
from tests.policy_proof.world import FIELDS, Field, World
from tests.quick_client import QuickClient


class Probe(ABC):
    """Asks as one caller; `bases` are the fields that a new row of each entity needs."""

    def __init__(self, world: World, user: Any, bases: dict[str, set[str]]) -> None:
        self.world = world
        self.client = QuickClient(user)
        self.bases = bases
        self._created: dict[tuple[str, frozenset[str]], tuple[int, set[str]]] = {}

    def run(self) -> Verdicts:
        found: Verdicts = {}
        for entity in self.world.rows:
            found |= self._read(entity)
            found |= self._search(entity)
            found |= dict(self._write(entity))
        return found

    def _write(self, entity: str) -> Iterator[tuple[Cell, Verdict]]:
        yield Cell(entity, "create", ""), self._create(entity, None)
        for field in FIELDS[entity]:
            if field.kind in WRITABLE:
                yield Cell(entity, "create", "", field.name), self._create(entity, field)
        for whose, row in self.world.rows[entity].items():
            for field in FIELDS[entity]:
                if field.kind in WRITABLE:
                    yield (
                        Cell(entity, "update", whose, field.name),
                        self._update(entity, row, field),
                    )
            yield Cell(entity, "delete", whose), self._delete(entity, row)

    def _create(self, entity: str, field: Field | None) -> int:
        names = frozenset({*self.bases[entity], *([field.name] if field else ())})
        # With a field that each new row needs, the request is that of the row alone.
        if (entity, names) not in self._created:
            self._created[entity, names] = self._create_with(entity, names)
        status, written = self._created[entity, names]
        assert status != 200 or field is None or field.name in written, (entity, field)
        return status

    @abstractmethod
    def _read(self, entity: str) -> Verdicts: ...

    @abstractmethod
    def _search(self, entity: str) -> Verdicts: ...

    @abstractmethod
    def _create_with(self, entity: str, names: frozenset[str]) -> tuple[int, set[str]]:
        """Return the status, and which of the fields the new row holds."""

    @abstractmethod
    def _update(self, entity: str, row: Any, field: Field) -> int: ...

    @abstractmethod
    def _delete(self, entity: str, row: Any) -> int: ...
