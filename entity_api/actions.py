"""Own actions on a row or a list: a method of a viewset that all surfaces share."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.core.files import File
from rest_framework import serializers
from rest_framework.decorators import action

from api_http.json import answer
from entity_api.description.serializer import EntitySerializer
from entity_api.query.errors import refuse_unknown
from entity_api.query.parameters import read_parameters
from entity_api.reading.presenting import show_rows
from entity_api.rest.conditions import read_condition
from entity_api.rest.files import send_answer
from entity_api.rest.pages import answer_row
from entity_api.writing.own_actions import Output, OwnAction, run_on_row, run_on_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http.response import HttpResponseBase
    from rest_framework.request import Request

    from entity_api.hooks import EntityHooks
    from entity_api.writing.own_actions import Method

    Handler = Callable[..., HttpResponseBase]
    ActionOutput = (
        type[serializers.BaseSerializer[Any] | File[Any]] | serializers.BaseSerializer[Any]
    )

# The actions of the permissions that each entity has.
COMMON = ("view", "search", "create", "update", "delete")


def entity_action(
    *,
    policy: str,
    input: type[serializers.Serializer[Any]] | None = None,  # noqa: A002
    output: ActionOutput | None = None,
    many: bool = False,
    idempotent: bool = False,
    throttle: str = "",
) -> Callable[[Method], Handler]:
    """Return a decorator that serves `def ship(self, row, data)` on REST, GraphQL and OpenAPI.

    `policy` is the action's name in the permissions, which is the method's name. `input` is the
    serializer of `data`; without it `data` is empty. `output` is the serializer of what the method
    returns, or `Serializer(many=True)` for a list. The serializer of an entity answers its rows.
    With `File` of Django as `output` the method returns a file, and REST alone serves the action.
    Without `output` the answer is the row. With `many` the method is `def stats(self, rows, data)`,
    and `rows` is a queryset of the rows that `where` finds. With `idempotent` clients call it by
    PUT, which they may repeat. `throttle` is how often a caller may use it, such as "10/min". The
    method runs in a transaction, with its rows locked unless it has both `many` and `output`. An
    error undoes its writes.

    Raises ImproperlyConfigured for another policy name, the name of a common action, and an
    `output` that the permissions could not limit.
    """
    if policy in COMMON:
        raise ImproperlyConfigured(
            f"entity_action {policy!r}: each entity has this action. Choose another name."
        )
    shown = _read_output(policy, output)

    def decorate(method: Method) -> Handler:
        if method.__name__ != policy:
            raise ImproperlyConfigured(
                f"entity_action {policy!r} decorates {method.__name__}: use the same name."
            )
        own = OwnAction(policy, input, shown, many, idempotent, method)
        handle = wraps(method)(_handle_rows(own) if many else _handle_row(own))
        methods: Any = ["put" if idempotent else "post"]
        limits: Any = {"throttle": throttle} if throttle else {}
        served = action(detail=not many, methods=methods, **limits)(handle)
        vars(served)["entity_action"] = own
        return served

    return decorate


def _read_output(policy: str, output: Any) -> Output | None:
    """Return what the output says. Raises ImproperlyConfigured for rows without permissions."""
    if output is None:
        return None
    if output is File:
        return Output(File, None, many=False)
    many = isinstance(output, serializers.ListSerializer)
    serializer: Any = type(output.child) if many else output
    if not (isinstance(serializer, type) and issubclass(serializer, serializers.Serializer)):
        raise ImproperlyConfigured(
            f"entity_action {policy!r}: output has to be a serializer class, "
            "Serializer(many=True) for a list, or File of django.core.files."
        )
    if issubclass(serializer, EntitySerializer):
        return Output(serializer, serializer.Meta.model, many)
    if found := _find_model_serializer(serializer):
        raise ImproperlyConfigured(
            f"entity_action {policy!r}: its output has {found.__name__}, which would show rows "
            "without their permissions. Give the EntitySerializer alone as output."
        )
    return Output(serializer, None, many)


def _find_model_serializer(serializer: Any) -> Any:
    """Return the serializer, or one that is nested in it, that shows rows of a model."""
    if issubclass(serializer, serializers.ModelSerializer):
        return serializer
    nested = (getattr(field, "child", field) for field in serializer._declared_fields.values())  # noqa: SLF001
    kinds = (type(each) for each in nested if isinstance(each, serializers.Serializer))
    return next(filter(None, map(_find_model_serializer, kinds)), None)


def _handle_row(own: OwnAction) -> Handler:
    def handle(view: EntityHooks, request: Request, id: str) -> HttpResponseBase:  # noqa: A002
        shown = run_on_row(view, own, id, request.data, show_rows, read_condition(view))
        if own.answers_file:
            return send_answer(shown)
        return answer(request, shown) if own.output else answer_row(request, shown)

    return handle


def _handle_rows(own: OwnAction) -> Handler:
    def handle(view: EntityHooks, request: Request) -> HttpResponseBase:
        where = _read_where(request.META.get("QUERY_STRING", ""))
        shown = run_on_rows(view, own, where, request.data, show_rows)
        return send_answer(shown) if own.answers_file else answer(request, shown)

    return handle


def _read_where(query_string: str) -> Mapping[str, Any]:
    arguments = read_parameters(query_string)
    for name in arguments:
        if name != "where":
            raise refuse_unknown((name,), "parameter")
    where: Mapping[str, Any] = arguments.get("where", {})
    return where
