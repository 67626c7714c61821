"""The schemas of `where` and `orderBy` in the OpenAPI document, as components by their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.plumbing import ResolvedComponent

from entity_api.description.entity import ColumnField, EntityDescription, Relation
from entity_api.description.field_kind import IS_EMPTY, MODE, TAKE_LIST
from entity_api.description.registry import VIEWSETS, find_entity
from entity_api.openapi.fields import name_value
from entity_api.query.filters import COMBINATORS, QUANTIFIERS
from entity_api.query.list_operators import MAX_ITEMS
from entity_api.query.operators import MAX_LIST, MODES, NULL
from entity_api.query.ordering import DIRECTIONS

if TYPE_CHECKING:
    from collections.abc import Callable

Schema = dict[str, Any]


class QuerySchemas:
    """Makes the components, each once, in drf-spectacular's registry."""

    def __init__(self, registry: Any) -> None:
        self._registry = registry

    def refer_to_where(self, entity: EntityDescription) -> Schema:
        return self.refer_to(f"{entity.name}Where", lambda: self._describe_where(entity))

    def refer_to_order(self, entity: EntityDescription) -> Schema:
        return self.refer_to(f"{entity.name}OrderBy", lambda: self._describe_order(entity))

    def refer_to(self, name: str, describe: Callable[[], Schema]) -> Schema:
        component = ResolvedComponent(
            name, ResolvedComponent.SCHEMA, schema={"type": "object"}, object=name
        )  # type: ignore[no-untyped-call]
        if component not in self._registry:
            self._registry.register(component)  # before its content, which may lead back to it
            component.schema = describe()
        return dict(component.ref)

    def _describe_where(self, entity: EntityDescription) -> Schema:
        fields = {name: self._describe_condition(field) for name, field in entity.columns.items()}
        links = {
            name: self._describe_link(link)
            for name, link in entity.relations.items()
            if link.target in VIEWSETS
        }
        one_or_more = {"type": "array", "items": self.refer_to_where(entity)}
        return _make_object(fields | links | dict.fromkeys(COMBINATORS, one_or_more))

    def _describe_condition(self, field: ColumnField) -> Schema:
        value, kind = name_value(self._registry, field.kind), field.kind
        middle = "Nullable" * field.nullable + "List" * kind.many
        name = f"{kind.name[0].upper()}{kind.name[1:]}{middle}Filter"
        operators = self.refer_to(name, lambda: self._describe_operators(field, value))
        return operators if "equals" not in kind.operators else {"oneOf": [value, operators]}

    def _describe_link(self, link: Relation) -> Schema:
        target = find_entity(link.target)
        if not link.many:
            return self.refer_to(f"{target.name}Link", lambda: self._describe_linked(target))
        return _make_object(dict.fromkeys(QUANTIFIERS, self.refer_to_where(target)))

    def _describe_linked(self, target: EntityDescription) -> Schema:
        where = self._describe_where(target)
        return _make_object({**where["properties"], NULL: {"type": "boolean"}})

    def _describe_order(self, entity: EntityDescription) -> Schema:
        direction = self.refer_to("SortOrder", lambda: {"type": "string", "enum": list(DIRECTIONS)})
        links = {
            name: self.refer_to_order(find_entity(link.target))
            for name, link in entity.relations.items()
            if not link.many and link.target in VIEWSETS
        }
        columns = [name for name, field in entity.columns.items() if field.kind.sortable]
        return _make_object(dict.fromkeys([*columns, *entity.sort_keys], direction) | links)

    def _describe_operators(self, field: ColumnField, value: Schema) -> Schema:
        most = MAX_ITEMS if field.many else MAX_LIST
        values = {"type": "array", "items": value, "maxItems": most}
        operators = dict.fromkeys(field.kind.operators, value)
        operators |= {name: values for name in TAKE_LIST if name in operators}
        if MODE in operators:
            mode = {"type": "string", "enum": list(MODES)}
            operators[MODE] = self.refer_to("QueryMode", lambda: mode)
        if IS_EMPTY in operators:
            operators[IS_EMPTY] = {"type": "boolean"}
        if field.nullable:
            operators[NULL] = {"type": "boolean"}
        return _make_object(operators)


def _make_object(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "additionalProperties": False}
