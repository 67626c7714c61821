"""JSON and problem documents for a view, under any settings of DRF that a project has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rest_framework.metadata import BaseMetadata
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.views import APIView
from rest_framework.views import exception_handler as handler_of_drf

from api_http.json import AllowOnly, JSONOnly, JSONParser, JSONRenderer
from api_http.problems import handle_exception


# The base of the views of the API. A view of a project's own follows DRF's settings. A docstring
# would be the description of each view in the OpenAPI document.
class ApiRules(APIView):
    renderer_classes: Sequence[type[BaseRenderer]] = (JSONRenderer,)
    parser_classes: Sequence[type[BaseParser]] = (JSONParser,)
    content_negotiation_class: type[BaseContentNegotiation] = JSONOnly
    metadata_class: type[BaseMetadata] | None = AllowOnly

    def get_exception_handler(self) -> Any:
        """Return the project's handler of exceptions, or ours in place of DRF's."""
        handler = super().get_exception_handler()
        return handle_exception if handler is handler_of_drf else handler
