"""The OpenAPI document as it is served: made once, and kept as bytes."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from threading import Lock
from typing import Any

from django.apps import apps
from django.conf import settings
from django.http import HttpResponse
from django.urls import get_resolver
from django.utils.cache import get_conditional_response
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

RENDERERS: dict[str, Any] = {"json": OpenApiJsonRenderer, "yaml": OpenApiYamlRenderer}
# drf-spectacular keeps the view that it describes on one instance for each class, so two threads
# mix their views up.
_making = Lock()


@dataclass(frozen=True)
class Document:
    """The document in one format, and the value of its `ETag` header (RFC 9110 section 8.8.3)."""

    body: bytes
    etag: str


def read_document(format_name: str) -> Document:
    """Return the document in a format, `json` or `yaml`. Other threads wait while one makes it."""
    with _making:
        return _make_document(format_name, _list_sources())


def _list_sources() -> Hashable:
    """Return what the document follows from.

    Nothing of a request is among it: all callers get the same.
    """
    installed = tuple(app.name for app in apps.get_app_configs())
    return get_resolver(), installed, settings.PERMISSIONS_FILE, settings.API_MAX_TAKE


# A process has one set of sources, and each of them two formats.
@lru_cache(maxsize=2)
def _make_document(format_name: str, _sources: Hashable) -> Document:
    described = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    body: bytes = RENDERERS[format_name]().render(described, renderer_context={})
    return Document(body, f'"{sha256(body).hexdigest()[:32]}"')


class DocumentView(APIView):
    """Answers the document to every caller: as JSON, or as YAML if `Accept` asks for it."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    renderer_classes = (
        OpenApiJsonRenderer2,
        OpenApiJsonRenderer,
        OpenApiYamlRenderer2,
        OpenApiYamlRenderer,
    )
    content_negotiation_class = DefaultContentNegotiation
    schema = None

    def get(self, request: Request) -> HttpResponse:
        renderer: Any = request.accepted_renderer
        document = read_document(renderer.format)
        # A client may keep the document. It asks by the ETag whether it changed.
        headers = {
            "Cache-Control": "no-cache",
            "ETag": document.etag,
            "Content-Disposition": "inline",
        }
        response = HttpResponse(document.body, content_type=renderer.media_type, headers=headers)
        return get_conditional_response(request, document.etag, response=response) or response
