"""Own actions in the OpenAPI document."""

from __future__ import annotations

from inspect import getdoc
from typing import TYPE_CHECKING, Any

from entity_api.description.registry import VIEWSETS
from entity_api.description.wire_names import name_on_the_wire

if TYPE_CHECKING:
    from entity_api.writing.own_actions import OwnAction


def find_own(view: Any) -> OwnAction | None:
    """Return the own action that the view describes; `None` for any other action."""
    method = getattr(view, view.action, None)
    found: OwnAction | None = getattr(method, "entity_action", None)
    return found


def find_input(own: OwnAction) -> Any:
    """Return the serializer of what an own action takes; `None` where it takes nothing."""
    return own.input and name_on_the_wire(own.input)


def find_answer(own: OwnAction, shown: Any) -> Any:
    """Return the serializer of what an own action answers; `shown` is that of its rows."""
    if own.output is None:
        return shown(many=True) if own.many else shown
    model = own.output.model
    if model:
        serializer: Any = VIEWSETS[model].serializer_class
    else:
        serializer = name_on_the_wire(own.output.serializer)
    return serializer(many=True) if own.output.many else serializer


def read_docstring(view: Any) -> tuple[str, str]:
    """Return the first paragraph, as one line, and the rest of the action's docstring."""
    text = getdoc(getattr(view, view.action, None)) or ""
    summary, _, rest = text.partition("\n\n")
    return " ".join(summary.split()).removesuffix("."), rest
