"""The parameters and headers of lists in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter

JSON_TEXT = {"type": "string", "contentMediaType": "application/json"}


def deep_parameter(name: str, schema: dict[str, Any], description: str) -> OpenApiParameter:
    # Without an example Swagger UI would send every condition at once.
    either = {"oneOf": [schema, JSON_TEXT], "example": {}}
    return OpenApiParameter(name, either, style="deepObject", explode=True, description=description)


def describe_search(fields: tuple[str, ...]) -> list[OpenApiParameter]:
    """Return the parameter of an entity that names fields to search; of others nothing."""
    names = ", ".join(fields)
    text = f"Words. Each of them stands in one of {names}, whether in upper or lower case"
    return [OpenApiParameter("search", str, description=text)] if fields else []


def number_parameter(name: str, most: int, default: int, description: str) -> OpenApiParameter:
    schema = {"type": "integer", "minimum": 0, "maximum": most}
    return OpenApiParameter(name, schema, default=default, description=description)


def describe_headers() -> list[OpenApiParameter]:
    return [
        OpenApiParameter(
            "Link", str, "header", response=[200], description="Where a list that was cut goes on"
        ),
        OpenApiParameter(
            "X-Total-Count",
            int,
            "header",
            response=[200],
            description="How many rows there are in all",
        ),
        OpenApiParameter(
            "Preference-Applied",
            str,
            "header",
            response=[200],
            description="`count=exact` beside `X-Total-Count`",
        ),
    ]
