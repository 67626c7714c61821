"""The REST surface, asked for every cell."""

from __future__ import annotations

from typing import Any

from tests.policy_proof.cells import Cell, Verdicts
from tests.policy_proof.probe import Probe
from tests.policy_proof.stored import is_written, read_row
from tests.policy_proof.world import (
    FIELDS,
    MODELS,
    PLURALS,
    Field,
    new_value,
    undone,
)


class RestProbe(Probe):
    def _address(self, entity: str, row: Any = None) -> str:
        return f"/api/{PLURALS[entity]}" + (f"/{row.pk}" if row else "")

    def _read(self, entity: str) -> Verdicts:
        found: Verdicts = {}
        for whose, row in self.world.rows[entity].items():
            answer = self.client.get(self._address(entity, row))
            found[Cell(entity, "view", whose)] = answer.status_code
            shown = answer.json() if answer.status_code == 200 else {}
            for field in FIELDS[entity]:
                if field.kind == "many":
                    links = self.client.get(f"{self._address(entity, row)}/{field.name}")
                    found[Cell(entity, "view", whose, field.name)] = links.status_code == 200
                    found[Cell(entity, "links", whose, field.name)] = (
                        len(links.json()) if links.status_code == 200 else 0
                    )
                elif field.kind != "secret":
                    found[Cell(entity, "view", whose, field.name)] = (
                        shown.get(field.name) is not None
                    )
                else:
                    assert field.name not in shown
        return found

    def _search(self, entity: str) -> Verdicts:
        answer = self.client.get(self._address(entity))
        listed = {item["id"]: item for item in answer.json()} if answer.status_code == 200 else {}
        found: Verdicts = {}
        for whose, row in self.world.rows[entity].items():
            shown = listed.get(str(row.pk), {})
            found[Cell(entity, "search", whose)] = bool(shown)
            for field in FIELDS[entity]:
                if field.kind not in ("many", "secret"):
                    found[Cell(entity, "search", whose, field.name)] = (
                        shown.get(field.name) is not None
                    )
        for field in FIELDS[entity]:
            if field.kind != "secret":
                answer = self.client.get(
                    f"{self._address(entity)}?{self._condition(entity, field)}"
                )
                assert answer.status_code in (200, 400, 401, 403)
                found[Cell(entity, "filter", "", field.name)] = answer.status_code == 200
        return found

    def _condition(self, entity: str, field: Field) -> str:
        match field.kind:
            case "one":
                return f"where[{field.name}][id]={self.world.spare[field.target].pk}"
            case "many":
                return f"where[{field.name}][none][id]={self.world.spare[field.target].pk}"
            case "roles":
                return "orderBy[roles]=asc"
        value = (
            {"kept": "2020-01-01T00:00:00Z"}.get(field.kind)
            if field.name != "id"
            else self.world.me.pk
        )
        return f"where[{field.name}]={value or str(new_value(field, self.world)).lower()}"

    def _create_with(self, entity: str, names: frozenset[str]) -> tuple[int, set[str]]:
        """Return the status, and which of the fields the new row holds."""
        fields = [each for each in FIELDS[entity] if each.name in names]
        body = {each.name: new_value(each, self.world) for each in fields}
        with undone():
            answer = self._send_new(entity, body)
            if answer.status_code != 201:
                return int(answer.status_code), set()
            made = read_row(entity, self._find_key(answer.json()))
            return 200, {each.name for each in fields if is_written(made, each, self.world)}

    def _update(self, entity: str, row: Any, field: Field) -> int:
        with undone():
            changes = {field.name: new_value(field, self.world)}
            answer = self._send_change(entity, row, changes)
            written = is_written(read_row(entity, row.pk), field, self.world)
            assert written == (answer.status_code == 200), (entity, field, answer.content)
            return int(answer.status_code)

    def _delete(self, entity: str, row: Any) -> int:
        with undone():
            answer = self._send_deletion(entity, row)
            assert MODELS[entity].objects.filter(pk=row.pk).exists() == (answer.status_code != 200)
            return int(answer.status_code)

    def _send_new(self, entity: str, body: dict[str, Any]) -> Any:
        return self.client.post(self._address(entity), body)

    def _send_change(self, entity: str, row: Any, changes: dict[str, Any]) -> Any:
        return self.client.patch(self._address(entity, row), changes)

    def _send_deletion(self, entity: str, row: Any) -> Any:
        return self.client.delete(self._address(entity, row))

    def _find_key(self, answer: Any) -> str:
        return str(answer["id"])


class BulkProbe(RestProbe):
    """Asks the routes of many rows for all that is written."""

    def run(self) -> Verdicts:
        return {
            cell: verdict for entity in self.world.rows for cell, verdict in self._write(entity)
        }

    def _send_new(self, entity: str, body: dict[str, Any]) -> Any:
        return self.client.post(f"{self._address(entity)}/bulk", [body])

    def _send_change(self, entity: str, row: Any, changes: dict[str, Any]) -> Any:
        return self.client.patch(f"{self._address(entity)}/bulk", [{"id": str(row.pk), **changes}])

    def _send_deletion(self, entity: str, row: Any) -> Any:
        return self.client.delete(f"{self._address(entity)}/bulk", [{"id": str(row.pk)}])

    def _find_key(self, answer: Any) -> str:
        return str(answer[0]["id"])
