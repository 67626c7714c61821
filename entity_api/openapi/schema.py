"""The routes of an entity in the OpenAPI document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from drf_spectacular.utils import OpenApiParameter
from rest_framework.settings import api_settings

from entity_api.description.link_fields import MAX_LINKS
from entity_api.description.registry import VIEWSETS, describe_entity
from entity_api.links import is_link_public
from entity_api.openapi.actions import find_answer, find_input, find_own, read_docstring
from entity_api.openapi.answers import list_sent
from entity_api.openapi.bodies import (
    BULK_SUMMARIES,
    add_bulk_input,
    add_id,
    describe_links,
    drop_fixed,
)
from entity_api.openapi.conditions import (
    READS,
    describe_conditions,
    describe_not_modified,
    list_refusals,
)
from entity_api.openapi.examples import add_example, make_example
from entity_api.openapi.fields import describe_rules, find_default
from entity_api.openapi.files import (
    SENT,
    describe_form,
    find_file_answer,
    is_file_public,
    name_file_operation,
    summarise_file,
)
from entity_api.openapi.names import name_operation
from entity_api.openapi.parameters import (
    deep_parameter,
    describe_headers,
    describe_search,
    number_parameter,
)
from entity_api.openapi.queries import QuerySchemas
from entity_api.query.paging import MAX_SKIP
from entity_api.query.position import PATTERN

if TYPE_CHECKING:
    from entity_api.hooks import EntityHooks

LIST_ACTIONS = ("list", "list_links")
LINK_WRITES = {"connect_links": "201", "set_links": "200", "disconnect_links": "200"}
SUMMARIES = {
    "list": "List {plural}",
    "create": "Create one {name}",
    "retrieve": "Read one {name}",
    "partial_update": "Change one {name}",
    "destroy": "Delete one {name}; answers it as it was",
    "list_links": "List the {link} of one {name}",
    "connect_links": "Connect {link} with one {name}",
    "set_links": "Make these the only {link} of one {name}",
    "disconnect_links": "Disconnect {link} from one {name}",
}
WHERE = (
    'Conditions as JSON, `{"firstName": {"contains": "Ada"}}`, or in brackets, '
    "`where[firstName][contains]=Ada`"
)
ORDER = 'Fields in their order, as JSON, `{"createdAt": "desc"}`, or as `orderBy[createdAt]=desc`'
PLACE = {"type": "string", "pattern": PATTERN}


class EntitySchema(api_settings.DEFAULT_SCHEMA_CLASS):  # type: ignore[misc, name-defined]
    """Adds list parameters, the answer of DELETE and the bodies of to-many routes."""

    def get_override_parameters(self) -> list[OpenApiParameter]:
        if self.view.bulk:
            return []
        own = find_own(self.view)
        if self.view.action not in LIST_ACTIONS and not (own and own.many):
            return describe_conditions(self._name_for_conditions())
        entity = describe_entity(_shown_viewset(self.view))
        schemas = QuerySchemas(self.registry)
        where = deep_parameter("where", schemas.refer_to_where(entity), WHERE)
        if own:
            return [where]
        return [
            where,
            *describe_search(entity.searched),
            deep_parameter("orderBy", schemas.refer_to_order(entity), ORDER),
            OpenApiParameter(
                "after",
                PLACE,
                description="Where the page begins; `Link` of the page before it says it",
            ),
            number_parameter("skip", MAX_SKIP, 0, "How many rows to pass over"),
            number_parameter(
                "take",
                settings.API_MAX_TAKE,
                settings.API_MAX_TAKE,
                "How many rows to give at most",
            ),
            OpenApiParameter(
                "Prefer", str, "header", description="`count=exact` asks for `X-Total-Count`"
            ),
            *describe_headers(),
        ]

    def get_operation_id(self) -> str:
        if self.view.file:
            return name_file_operation(self.view, self.method)
        return name_operation(self.view)

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        schema = super()._map_basic_serializer(serializer, direction)
        if direction == "request" and getattr(serializer, "partial", False):
            drop_fixed(type(serializer), schema)
        if direction == "response" and "properties" in schema:
            schema["required"] = list_sent(serializer, schema)
        return schema

    def _get_serializer_field_meta(self, field: Any, direction: Any) -> dict[str, Any]:
        meta: dict[str, Any] = super()._get_serializer_field_meta(field, direction)
        default = find_default(field) if direction == "request" and self.method == "POST" else None
        rules = describe_rules(field) if direction == "request" else ""
        if rules:
            meta["description"] = f"{meta.get('description', '')} {rules}".strip()
        return meta if default is None else {**meta, "default": default}

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:  # it is left out
            return None
        # Here, as drf-spectacular gives a DELETE no body.
        if self.view.action in LINK_WRITES:
            operation["requestBody"] = describe_links(MAX_LINKS)
        elif self.view.file and self.method == "POST":
            operation["requestBody"] = describe_form()
        self._add_body(operation)
        if self.view.bulk:
            add_bulk_input(self.view.action, operation, self._describe_change)
        return operation

    def add_answers(self, operation: Any) -> None:
        """Add what the action of an entity answers to a condition, and on a clash."""
        bulk, action = self.view.bulk, self._name_for_conditions()
        if action in READS and not bulk:
            operation["responses"]["304"] = describe_not_modified()
        self.add_refusals(operation, *list_refusals(action, self.method, bulk=bulk))
        super().add_answers(operation)

    def _name_for_conditions(self) -> str:
        """Return the action whose conditions hold; an own action of a row changes the row."""
        own = find_own(self.view)
        action: str = self.view.action
        return "partial_update" if own and not own.many else action

    def is_excluded(self) -> bool:
        """Leave out a link to rows that are not served. Its address answers 404."""
        viewset: Any = type(self.view)
        links = describe_entity(viewset).relations
        is_closed = self.view.link and links[self.view.link].target not in VIEWSETS
        return bool(is_closed or super().is_excluded())

    def is_public(self) -> bool:
        if not super().is_public():
            return False
        if self.view.file:
            return is_file_public(self.view)
        return not self.view.link or is_link_public(self.view, self.view.link)

    def get_summary(self) -> str:
        if self.view.action not in SUMMARIES:
            return read_docstring(self.view)[0]
        names = self.view.queryset.model._meta
        if self.view.file:
            return summarise_file(self.view, self.method)
        summaries = BULK_SUMMARIES if self.view.bulk else SUMMARIES
        return summaries[self.view.action].format(
            name=names.verbose_name, plural=names.verbose_name_plural, link=self.view.link
        )

    def get_description(self) -> str:
        return "" if self.view.action in SUMMARIES else read_docstring(self.view)[1]

    def get_request_serializer(self) -> Any:
        if self.view.action in LINK_WRITES or self.view.file:
            return None
        if self.view.bulk:
            return None if self.view.action == "destroy" else self.view.serializer_class(many=True)
        own = find_own(self.view)
        return find_input(own) if own else super().get_request_serializer()

    def get_response_serializers(self) -> Any:
        if status := LINK_WRITES.get(self.view.action):
            return {status: None}
        shown = _shown_viewset(self.view).serializer_class
        if self.view.file:
            return find_file_answer(self.method, shown)
        if own := find_own(self.view):
            return SENT if own.answers_file else {"200": find_answer(own, shown)}
        status = "201" if self.view.action == "create" else "200"
        is_list = self.view.bulk or self.view.action in LIST_ACTIONS
        return {status: shown(many=True) if is_list else shown}

    def _add_body(self, operation: dict[str, Any]) -> None:
        if self.view.action in ("create", "partial_update"):
            # drf-spectacular makes it optional where no field is required.
            operation.get("requestBody", {})["required"] = True
        if self.view.action == "create":
            example = make_example(self.view.serializer_class())
            add_example(operation, [example] if self.view.bulk else example)

    def _describe_change(self) -> dict[str, Any]:
        serializer = self.view.serializer_class(partial=True)
        change = self.resolve_serializer(serializer, "request").schema
        name = f"{describe_entity(_shown_viewset(self.view)).name}BulkChange"
        return QuerySchemas(self.registry).refer_to(name, lambda: add_id(change))


def _shown_viewset(view: Any) -> Any:
    """Return the viewset whose rows the view answers: on a to-many route the other entity's."""
    viewset: type[EntityHooks] = type(view)
    return VIEWSETS[describe_entity(viewset).relations[view.link].target] if view.link else viewset
