"""Own actions on a row: a method of a viewset that REST, GraphQL and OpenAPI share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from rest_framework.decorators import action
from rest_framework.response import Response

from entity_api.access import deny_result
from entity_api.reading.presenting import show_row
from entity_api.writing.problems import writing

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.serializers import BaseSerializer

    from entity_api.hooks import EntityHooks

    Method = Callable[[Any, Any, Any], None]


@dataclass(frozen=True)
class OwnAction:
    """An action of the author's own. `call` is the method that `entity_action` decorates."""

    name: str
    input: type[BaseSerializer[Any]] | None
    call: Method


def entity_action(
    *,
    policy: str,
    input: type[BaseSerializer[Any]] | None = None,  # noqa: A002
    output: None = None,
    many: bool = False,
) -> Callable[[Method], Any]:
    """Return a decorator that serves `def ship(self, row, data)` on REST, GraphQL and OpenAPI.

    `policy` is the action's name in the permissions, which is the method's name. `input` is the
    serializer of `data`; without it `data` is empty. The answer is the row. The method runs in a
    transaction, with the row locked; an error undoes its writes. Raises ImproperlyConfigured for
    another policy name, an `output`, or `many=True`.
    """
    if output is not None or many:
        raise ImproperlyConfigured(
            f"entity_action {policy!r}: output and many=True are not supported. "
            "Write an @action of Django REST framework."
        )

    def decorate(method: Method) -> Any:
        if method.__name__ != policy:
            raise ImproperlyConfigured(
                f"entity_action {policy!r} decorates {method.__name__}: use the same name."
            )
        own = OwnAction(policy, input, method)

        @wraps(method)
        def handle(view: EntityHooks, request: Request, id: str) -> Response:  # noqa: A002
            return Response(
                run_action(view, own, id, request.data, lambda row: show_row(view, row))
            )

        served: Any = action(detail=True, methods=["post"])(handle)
        served.entity_action = own
        return served

    return decorate


def list_actions(viewset: Any) -> list[OwnAction]:
    """Return the actions of the viewset that `entity_action` declares."""
    found = (getattr(extra, "entity_action", None) for extra in viewset.get_extra_actions())
    return [own for own in found if own]


def run_action(
    view: EntityHooks, own: OwnAction, key: str, data: Any, show: Callable[[Any], Any]
) -> Any:
    """Run an action on a row, and return what `show` made of the row.

    Raises NotFound, PermissionDenied, NotAuthenticated, ValidationError, Conflict, and the errors
    of the method.
    """
    with view.prepare_write(data), writing(view.model, from_body=False):
        row = view.find(key, own.name, lock=True)
        own.call(view, row, _validate(view, own, data))
        if not view.keeps(own.name, [row.pk]):
            raise deny_result(view, own.name)
        return show(row)


def _validate(view: EntityHooks, own: OwnAction, data: Any) -> Any:
    if own.input is None:
        return {}
    serializer = own.input(data=data, context=view.get_serializer_context())
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data
