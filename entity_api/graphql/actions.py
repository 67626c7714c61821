"""The mutations of own actions. They call the same use cases as REST."""

from __future__ import annotations

from functools import partial
from inspect import getdoc
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from graphql import GraphQLField, GraphQLNonNull

from entity_api.description.naming import name_action
from entity_api.graphql.action_types import ActionTypes
from entity_api.graphql.completion import complete_row, complete_rows
from entity_api.graphql.descriptions import make_argument
from entity_api.graphql.outputs import list_of
from entity_api.graphql.reading import show_selected
from entity_api.graphql.selection import read_selection
from entity_api.writing.own_actions import list_actions, run_on_row, run_on_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from graphql import GraphQLResolveInfo
    from rest_framework.request import Request

    from entity_api.description.entity import EntityDescription
    from entity_api.graphql.inputs import InputTypes
    from entity_api.graphql.outputs import OutputTypes
    from entity_api.graphql.selection import SelectionSet
    from entity_api.hooks import EntityHooks
    from entity_api.reading.presenting import Show
    from entity_api.writing.own_actions import OwnAction

    Info = GraphQLResolveInfo[Request]
    Fields = dict[str, GraphQLField]


class ActionFields:
    """Makes a mutation for each own action: `shipOrder` for a row, `countOrders` for a list."""

    def __init__(self, inputs: InputTypes, types: OutputTypes) -> None:
        self._inputs = inputs
        self._types = types
        self._own_types = ActionTypes(inputs)

    def make_fields(self, entity: EntityDescription) -> Fields:
        """Return the mutations of an entity's own actions, but those that answer a file.

        Raises ImproperlyConfigured where two have the same name, and for a field of no kind.
        """
        return join_fields(
            {name_mutation(entity, own): self._make_field(entity, own)}
            for own in list_actions(entity.viewset)
            if not own.answers_file
        )

    def _make_field(self, entity: EntityDescription, own: OwnAction) -> GraphQLField:
        find = self._inputs.where if own.many else self._inputs.unique
        where: Any = find(entity.model)
        taken, purpose = (where, "where") if own.many else (GraphQLNonNull(where), "unique")
        arguments = {"where": make_argument(taken, purpose)}
        if own.input:
            name = name_mutation(entity, own)
            arguments |= self._own_types.take(own.input, f"{name[0].upper()}{name[1:]}Input")
        run = _run_on_rows if own.many else _run_on_row
        result = self._find_result(entity, own)
        resolve = partial(run, entity, own)
        description = getdoc(own.call) or f"The action {own.name} of {entity.plural}."
        return GraphQLField(result, arguments, resolve, description=description)

    def _find_result(self, entity: EntityDescription, own: OwnAction) -> Any:
        output = own.output
        many = output.many if output else own.many
        if output and output.model is None:
            type_ = self._own_types.answer(output.serializer)
        else:
            type_ = self._types[(output and output.model) or entity.model]
        return list_of(type_) if many else GraphQLNonNull(type_)


def name_mutation(entity: EntityDescription, own: OwnAction) -> str:
    """Return the name of an own action in GraphQL."""
    return name_action(own.name, entity.name, entity.plural_name, many=own.many)


def join_fields(parts: Iterable[Fields]) -> Fields:
    """Return the fields of all parts. Raises ImproperlyConfigured if two have the same name."""
    joined: Fields = {}
    for part in parts:
        for name, field in part.items():
            if name in joined:
                raise ImproperlyConfigured(
                    f"Two entities or actions make the operation {name!r}. Rename one of them."
                )
            joined[name] = field
    return joined


def _run_on_row(
    entity: EntityDescription,
    own: OwnAction,
    _: Any,
    info: Info,
    where: Mapping[str, str],
    data: Any = None,
) -> Any:
    view: EntityHooks = entity.viewset.begin(info.context, own.name)
    run = partial(run_on_row, view, own, where["id"], data)
    return _complete(own, read_selection(info), run)


def _run_on_rows(
    entity: EntityDescription,
    own: OwnAction,
    _: Any,
    info: Info,
    where: Mapping[str, Any] | None = None,
    data: Any = None,
) -> Any:
    view: EntityHooks = entity.viewset.begin(info.context, own.name)
    run = partial(run_on_rows, view, own, where or {}, data)
    return _complete(own, read_selection(info), run)


def _complete(own: OwnAction, selection: SelectionSet, run: Callable[[Show], Any]) -> Any:
    """Return what the resolver returns: rows are complete, the values of a serializer are not."""
    shown = run(partial(show_selected, selection=selection))
    if own.output and own.output.model is None:
        return shown
    complete = complete_rows if isinstance(shown, list) else complete_row
    return complete(shown, selection)
