"""Descriptions of a view for the OpenAPI document, also where drf-spectacular is not installed.

The library is an extra of the wheel. Without it there is no document, and nothing reads this.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["OpenApiParameter", "OpenApiResponse", "extend_schema"]
Described = TypeVar("Described")

if TYPE_CHECKING or find_spec("drf_spectacular"):
    from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
else:

    class _Described:
        """Stands for a class of drf-spectacular."""

        def __init__(self, *_: Any, **__: Any) -> None:
            pass

    OpenApiParameter = OpenApiResponse = _Described

    def extend_schema(**_: Any) -> Any:
        """Return a decorator that changes nothing."""

        def leave(described: Described) -> Described:
            return described

        return leave
