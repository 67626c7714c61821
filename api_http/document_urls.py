"""The addresses of the OpenAPI document, which are there if drf-spectacular is installed."""

from typing import Any

from django.urls import path
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny

from api_http.document import DocumentView

_PUBLIC: dict[str, Any] = {"authentication_classes": [], "permission_classes": [AllowAny]}
schema = DocumentView.as_view()

urlpatterns = [
    path("api", SpectacularSwaggerSplitView.as_view(url_name="schema", **_PUBLIC), name="swagger"),
    path("api/schema", schema, name="schema"),
    path("api-json", schema),
]
