"""The guard of a plain DRF view: it notes what the view asks, and refuses an answer that was made
without asking.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import Any

from django.db import router, transaction
from django.db.models import Model
from rest_framework.exceptions import APIException, NotAuthenticated, NotFound, PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from auth_core.caller import roles_if_any
from auth_core.policy.actions import OF_VIEWSETS, Action
from auth_core.policy.explanation import explain
from auth_core.policy.reach import VIEW, decide_for, is_limited, narrow
from auth_core.policy.served import name_entity

NOT_YOURS = "The result would not belong to you."


class Guard:
    """Notes which questions a view has asked the policy, and which rows it has seen."""

    def __init__(self, request: Request, view: Any, model: type[Model], action: Action) -> None:
        self.request = request
        self.view = view
        self.model = model
        self.action = action
        self.asked_rows = False
        self.asked_fields = False
        self._touched: dict[tuple[type[Model], Any], None] = {}
        self._reached: dict[tuple[type[Model], Any], bool] = {}

    @property
    def decides(self) -> bool:
        """Whether the view can answer wrongly: where the caller is limited in rows or fields."""
        withheld = decide_for(self.request, self.model, self.action).withheld | self._hidden()
        return bool(withheld) or is_limited(self.request, self.model, self.action)

    def watch(self, handler: Callable[..., Any]) -> Callable[..., Any]:
        """Return the handler that undoes and refuses what the view did without asking."""

        def answer(request: Request, *args: Any, **kwargs: Any) -> Any:
            reads = request.method in SAFE_METHODS
            using = router.db_for_write(self.model)
            with nullcontext() if reads else transaction.atomic(using=using):
                response = handler(request, *args, **kwargs)
                self._confirm(response)
            return response

        return answer

    def admit(self, row: Any) -> None:
        """Note a row that the view is about to use; NotFound where the caller does not reach it."""
        if not isinstance(row, Model):
            return
        self.asked_rows = True
        rows = type(row)._base_manager.filter(pk=row.pk)
        reached = narrow(self.request, self.action, rows)
        if reached is not rows and not reached.exists():
            raise self.explain(NotFound())
        self.note([row])

    def note(self, rows: Iterable[Model]) -> None:
        """Note rows that were written, or may have been: afterwards they still have to be within
        reach.
        """
        self._touched |= {(type(row), row.pk): None for row in rows}

    def reaches(self, model: type[Model], keys: Iterable[Any]) -> set[Any]:
        """Return the keys whose rows the caller may view: one query for all that were not asked for
        before.
        """
        wanted = set(keys)
        unknown = {key for key in wanted if (model, key) not in self._reached}
        if unknown:
            rows = narrow(self.request, VIEW, model._base_manager.filter(pk__in=unknown))
            seen = set(rows.values_list("pk", flat=True))
            self._reached |= {(model, key): key in seen for key in unknown}
        return {key for key in wanted if self._reached[model, key]}

    def deny(self, detail: str | None, kind: str = "", field: str | None = None) -> APIException:
        """Make a refusal: PermissionDenied, or NotAuthenticated for an unknown caller."""
        known = getattr(self.request.user, "is_authenticated", False)
        return self.explain(
            PermissionDenied(detail) if known else NotAuthenticated(detail), kind, field
        )

    def explain(
        self, refusal: APIException, kind: str = "", field: str | None = None
    ) -> APIException:
        """Let the refusal quote the rule that decided; it is sent in development only."""
        roles, entity = roles_if_any(self.request), name_entity(self.model)
        refusal.explanation = explain(roles, entity, kind or self.action.rule, field)  # type: ignore[attr-defined]
        return refusal

    def _hidden(self) -> frozenset[str]:
        return decide_for(self.request, self.model, VIEW).withheld

    def _confirm(self, response: Any) -> None:
        decision = decide_for(self.request, self.model, self.action)
        if is_limited(self.request, self.model, self.action) and not self.asked_rows:
            raise self._unasked(
                "rows", "Use get_object(), or filter_queryset() with PolicyFilterBackend."
            )
        hidden = decision.withheld if self.action.kind in ("view", "search") else self._hidden()
        shows = bool(hidden) and _has_content(response)
        writes = self._writes_fields() and bool(decision.withheld)
        if (shows or writes) and not self.asked_fields:
            raise self._unasked(
                "fields",
                "Use get_serializer() with a serializer that keeps its to_representation().",
            )
        self._confirm_touched()

    def _writes_fields(self) -> bool:
        """Whether the action writes fields of the input. An own action writes by its own rules."""
        name = getattr(self.view, "action", None)
        return self.action.kind in ("create", "update") and (name is None or name in OF_VIEWSETS)

    def _confirm_touched(self) -> None:
        if self.action.kind not in ("create", "update"):
            return
        for model in {model for model, _ in self._touched}:
            keys = [key for kind, key in self._touched if kind is model]
            rows = model._base_manager.filter(pk__in=keys)
            reached = narrow(self.request, self.action, rows)
            if reached is not rows and reached.count() < rows.count():
                raise self.deny(NOT_YOURS)

    def _unasked(self, what: str, remedy: str) -> APIException:
        refusal = self.deny(None)
        name, entity = type(self.view).__name__, name_entity(self.model)
        text = (
            f"{name} serves {entity}, whose {what} are limited for this caller, and did not ask "
            f"for them. {remedy}"
        )
        refusal.explanation = text  # type: ignore[attr-defined]
        return refusal


def _has_content(response: Any) -> bool:
    if hasattr(response, "data"):
        return response.data not in (None, "", [], {})
    return bool(getattr(response, "streaming", False) or response.content)
