"""graphql-core's executor, which takes what a resolver has made of its objects already as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphql import Executor


@dataclass(frozen=True, slots=True)
class CompletedValue:
    """A resolver returns it in place of a list or an object.

    Its `value` is already in the form of the answer.
    """

    value: Any


class AnsweringExecutor(Executor[None]):
    """Passes on a CompletedValue in the place of a list or an object; any other value is completed
    as ever.
    """

    def complete_list_value(
        self,
        return_type: Any,
        field_details_list: Any,
        info: Any,
        path: Any,
        result: Any,
        position_context: None,
    ) -> Any:
        if isinstance(result, CompletedValue):
            return result.value
        return super().complete_list_value(
            return_type, field_details_list, info, path, result, position_context
        )

    def complete_object_value(
        self,
        return_type: Any,
        field_details_list: Any,
        info: Any,
        path: Any,
        result: Any,
        position_context: None,
    ) -> Any:
        if isinstance(result, CompletedValue):
            return result.value
        return super().complete_object_value(
            return_type, field_details_list, info, path, result, position_context
        )
