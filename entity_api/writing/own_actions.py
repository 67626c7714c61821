"""The use cases of own actions: a method of a viewset is called with a row, or with rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ObjectDoesNotExist
from django.core.files import File
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from api_http.faults import MAX_FAULTS, UNKNOWN_FIELD
from entity_api.access import deny_result
from entity_api.description.registry import VIEWSETS
from entity_api.description.wire_names import name_on_the_wire
from entity_api.files.outputs import closing_on_error, make_file_answer
from entity_api.links import find_seen
from entity_api.query.errors import refuse
from entity_api.query.filters import compile_where
from entity_api.reading.presenting import find_fields_seen, show_seen
from entity_api.reading.scopes import find_scope
from entity_api.row_locks import lock_rows
from entity_api.writing.history import note_change
from entity_api.writing.problems import writing

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet
    from rest_framework.serializers import Serializer

    from entity_api.hooks import EntityHooks
    from entity_api.reading.presenting import Show

    Method = Callable[[Any, Any, Any], Any]


@dataclass(frozen=True)
class Output:
    """What an action answers: values of a serializer, rows of an entity by its `model`, or a file.

    `serializer` is `File` where it is a file.
    """

    serializer: Any
    model: type[Model] | None
    many: bool

    @property
    def is_file(self) -> bool:
        return self.serializer is File


@dataclass(frozen=True)
class OwnAction:
    """An action of the author's own. `call` is the method that `entity_action` decorates.

    With `many` it is for the rows of a list. `output` is `None` where it answers its rows.
    """

    name: str
    input: type[Serializer[Any]] | None
    output: Output | None
    many: bool
    idempotent: bool
    call: Method

    @property
    def answers_file(self) -> bool:
        return self.output is not None and self.output.is_file


def list_actions(viewset: Any) -> list[OwnAction]:
    """Return the actions of the viewset that `entity_action` declares."""
    found = (getattr(extra, "entity_action", None) for extra in viewset.get_extra_actions())
    return [own for own in found if own]


def run_on_row(
    view: EntityHooks,
    own: OwnAction,
    key: str,
    data: Any,
    show: Show,
    require: Callable[[Any], None] | None = None,
) -> Any:
    """Run an action on the row with this id, and return its answer.

    The answer without `output` is the row as it is stored, or as it was if the method deletes it.
    Raises NotFound, PermissionDenied, NotAuthenticated, ValidationError, Conflict, the errors of
    `require`, which is asked about the locked row, and the errors of the method.
    """
    with closing_on_error() as kept, view.prepare_write(data), writing(view.model, from_body=False):
        row = view.find(key, own.name, lock=True)
        if require:
            require(row)
        before, seen = copy(row), find_fields_seen(view, row)
        kept.append(own.call(view, row, _validate(view, own, data)))
        is_stored = _reload(row)
        if is_stored and not view.keeps(own.name, [row.pk]):
            raise deny_result(view, own.name)
        note_change(view, row if is_stored else before, [own.name])
        if own.output:
            return _show_output(view, own, own.output, kept[0], show)
        if is_stored:
            return show(view, [row], find_fields_seen(view, row))[0]
        return show(view, [before], seen)[0]


def run_on_rows(
    view: EntityHooks, own: OwnAction, where: Mapping[str, Any], data: Any, show: Show
) -> Any:
    """Run an action on the rows that the caller may use by it, and return its answer.

    A condition finds only rows that the caller may list, or it would tell of hidden values. Without
    `output` the rows are locked, at most API_MAX_TAKE, and the answer is the rows that the caller
    may view. Raises the errors of `run_on_row`.
    """
    actions = (own.name, "list") if where else (own.name,)
    with closing_on_error() as kept, view.prepare_write(data), writing(view.model, from_body=False):
        rows = view.rows(*actions).filter(compile_where(find_scope(view), where))
        values = _validate(view, own, data)
        if own.output:
            kept.append(own.call(view, rows, values))
            return _show_output(view, own, own.output, kept[0], show)
        keys = _lock(view, own, rows)
        own.call(view, _choose(view.model, keys), values)
        stored = list(_choose(view.model, keys))
        if not view.keeps(own.name, [row.pk for row in stored]):
            raise deny_result(view, own.name)
        for row in stored:
            note_change(view, row, [own.name])
        return show_seen(view, stored, show)


def _reload(row: Any) -> bool:
    """Read the row as it is stored: a method may set values without saving them, or write by a
    queryset. Return whether there is such a row.
    """
    try:
        row.refresh_from_db()
    except ObjectDoesNotExist:
        return False
    return True


def _choose(model: type[Model], keys: list[Any]) -> QuerySet[Any]:
    return model._base_manager.filter(pk__in=keys).order_by("pk")


def _lock(view: EntityHooks, own: OwnAction, rows: QuerySet[Any]) -> list[Any]:
    """Return the keys of the rows, which are locked and still meet their conditions."""
    found = rows.order_by("pk").values_list("pk", flat=True)
    keys = list(found[: settings.API_MAX_TAKE + 1])
    if len(keys) > settings.API_MAX_TAKE:
        detail = f"This finds more than {settings.API_MAX_TAKE} rows. Name fewer."
        raise refuse(("where",), detail, "too_many")
    list(lock_rows(_choose(view.model, keys), own.name).values_list("pk"))
    return list(found.filter(pk__in=keys))


def _validate(view: EntityHooks, own: OwnAction, data: Any) -> Any:
    # A view that asks for no field of a row is taken for one that passes over the permissions.
    view.permit(own.name)
    input_class = name_on_the_wire(own.input or serializers.Serializer)
    context = {**view.get_serializer_context(), "find_seen": partial(find_seen, view)}
    serializer = input_class(data={} if data is None else data, context=context)
    names = data if isinstance(data, Mapping) else ()
    unknown = {name: [UNKNOWN_FIELD] for name in names if name not in serializer.fields}
    if not serializer.is_valid() or unknown:
        raise ValidationError({**serializer.errors, **dict(islice(unknown.items(), MAX_FAULTS))})
    return serializer.validated_data


def _show_output(view: EntityHooks, own: OwnAction, output: Output, result: Any, show: Show) -> Any:
    if output.is_file:
        return make_file_answer(f"{type(view).__name__}.{own.name}", result)
    if output.model is None:
        serializer = name_on_the_wire(output.serializer)
        context = view.get_serializer_context()
        return serializer(result, many=output.many, context=context).data
    rows = list(result) if output.many else [result]
    if not all(isinstance(row, output.model) for row in rows):
        raise ImproperlyConfigured(
            f"{type(view).__name__}.{own.name} has to return {output.model.__name__}, as its "
            "output says."
        )
    target: EntityHooks = VIEWSETS[output.model].act_for(view.request, "retrieve")
    if output.many:
        return show_seen(target, rows, show)
    return show(target, rows, find_fields_seen(target, rows[0]))[0]
