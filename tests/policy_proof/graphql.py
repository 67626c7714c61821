"""The GraphQL surface, asked for every cell."""

from __future__ import annotations

from typing import Any

from tests.policy_proof.cells import Cell, Verdicts, plain_names
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

STATUSES = {
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "BAD_USER_INPUT": 400,
    "CONFLICT": 409,
}


def select(field: Field) -> str:
    """Select a field; of a linked row the nullable fields, as one that is not would hide the
    others.
    """
    if field.kind == "one":
        return f"{field.name} {{ id {' '.join(plain_names(field.target))} }}"
    return f"{field.name} {{ id }}" if field.kind == "many" else field.name


def singular(entity: str) -> str:
    return entity[0].lower() + entity[1:]


class GraphQLProbe(Probe):
    def _ask(self, query: str, **variables: Any) -> tuple[Any, dict[str, int]]:
        """Return the data, and for each field at the top that was refused its status as on REST."""
        answer = self.client.post("/graphql", {"query": query, "variables": variables}).json()
        errors = answer.get("errors", ())
        return answer.get("data") or {}, {
            error["path"][0]: STATUSES[error["extensions"]["code"]] for error in errors
        }

    def _read(self, entity: str) -> Verdicts:
        found: Verdicts = {}
        fields = [field for field in FIELDS[entity] if field.kind != "secret"]
        name = singular(entity)
        # Each field under an alias of its own, so that a refused one hides no other.
        aliases = " ".join(
            f"as_{field.name}: {name}(where: {{id: $id}}) {{ {select(field)} }}" for field in fields
        )
        query = (
            f"query ($id: String!) {{ row: {name}(where: {{id: $id}}) {{ __typename }} {aliases} }}"
        )
        for whose, row in self.world.rows[entity].items():
            data, errors = self._ask(query, id=str(row.pk))
            found[Cell(entity, "view", whose)] = errors.get("row") or (
                200 if data.get("row") else 404
            )
            for field in fields:
                shown = (data.get(f"as_{field.name}") or {}).get(field.name)
                found[Cell(entity, "view", whose, field.name)] = shown is not None
                if field.kind == "many":
                    found[Cell(entity, "links", whose, field.name)] = len(shown or ())
                if field.kind == "one":
                    for name in plain_names(field.target):
                        cell = Cell(entity, "through", whose, f"{field.name}.{name}")
                        found[cell] = (shown or {}).get(name) is not None
        return found

    def _search(self, entity: str) -> Verdicts:
        found: Verdicts = {}
        plural = PLURALS[entity]
        fields = [field for field in FIELDS[entity] if field.kind != "secret"]
        nullable = " ".join(
            select(field) for field in fields if field.nullable and field.kind != "many"
        )
        shown = [self._list(f"{{ {plural} {{ id {nullable} }} }}", plural)]
        shown += [
            self._list(f"{{ {plural} {{ id {select(field)} }} }}", plural)
            for field in fields
            if not field.nullable or field.kind == "many"
        ]
        for whose, row in self.world.rows[entity].items():
            merged: dict[str, Any] = {}
            for listed in shown:
                merged |= listed.get(str(row.pk), {})
            found[Cell(entity, "search", whose)] = bool(merged)
            for field in fields:
                found[Cell(entity, "search", whose, field.name)] = (
                    merged.get(field.name) is not None
                )
        for field in fields:
            _, errors = self._ask(f"{{ {plural}({self._condition(field)}) {{ id }} }}")
            found[Cell(entity, "filter", "", field.name)] = not errors
        return found

    def _list(self, query: str, plural: str) -> dict[str, Any]:
        data, _ = self._ask(query)
        return {item["id"]: item for item in data.get(plural) or ()}

    def _condition(self, field: Field) -> str:
        match field.kind:
            case "one":
                return f'where: {{{field.name}: {{id: "{self.world.spare[field.target].pk}"}}}}'
            case "many":
                return f'where: {{{field.name}: {{none: {{id: {{equals: "x"}}}}}}}}'
            case "roles":
                return "orderBy: [{roles: Asc}]"
        value = {
            "createdAt": '"2020-01-01T00:00:00Z"',
            "updatedAt": '"2020-01-01T00:00:00Z"',
            "id": '"x"',
        }.get(field.name)
        literal = value or (
            f'"{new}"' if isinstance(new := new_value(field, self.world), str) else str(new).lower()
        )
        return f"where: {{{field.name}: {{equals: {literal}}}}}"

    def _create_with(self, entity: str, names: frozenset[str]) -> tuple[int, set[str]]:
        """Return the status, and which of the fields the new row holds."""
        fields = [each for each in FIELDS[entity] if each.name in names]
        body = {each.name: new_value(each, self.world) for each in fields}
        query = (
            f"mutation ($data: {entity}CreateInput!) "
            f"{{ made: create{entity}(data: $data) {{ id }} }}"
        )
        with undone():
            data, errors = self._ask(query, data=body)
            if errors:
                return errors["made"], set()
            made = read_row(entity, data["made"]["id"])
            return 200, {each.name for each in fields if is_written(made, each, self.world)}

    def _update(self, entity: str, row: Any, field: Field) -> int:
        query = (
            f"mutation ($id: String!, $data: {entity}UpdateInput!) "
            f"{{ changed: update{entity}(data: $data, where: {{id: $id}}) {{ id }} }}"
        )
        with undone():
            _, errors = self._ask(
                query, id=str(row.pk), data={field.name: new_value(field, self.world)}
            )
            written = is_written(read_row(entity, row.pk), field, self.world)
            assert written == (not errors), (entity, field, errors)
            return errors.get("changed", 200)

    def _delete(self, entity: str, row: Any) -> int:
        query = f"mutation ($id: String!) {{ gone: delete{entity}(where: {{id: $id}}) {{ id }} }}"
        with undone():
            _, errors = self._ask(query, id=str(row.pk))
            assert MODELS[entity].objects.filter(pk=row.pk).exists() == bool(errors)
            return errors.get("gone", 200)
