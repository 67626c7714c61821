"""The addresses that belong to no app's data: health, GraphQL and the documents of the API.

The libraries of GraphQL and of the documents are extras of the wheel.
"""

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.conf import settings
from django.urls import URLPattern, URLResolver, path

from api_http.health import answer_live, answer_ready
from api_http.metrics import answer_metrics

HAS_GRAPHQL = find_spec("graphql") is not None
HAS_DOCUMENT = apps.is_installed("drf_spectacular")


def _load(name: str, *, wanted: bool) -> list[URLPattern]:
    routes: list[URLPattern] = import_module(f"api_http.{name}").urlpatterns if wanted else []
    return routes


urlpatterns: list[URLPattern | URLResolver] = [
    *_load("graphql.urls", wanted=HAS_GRAPHQL),
    path("metrics", answer_metrics),
    path("api/_health/live", answer_live),
    path("api/_health/ready", answer_ready, name="ready"),
    *_load("landing_urls", wanted=settings.LANDING_PAGE and HAS_GRAPHQL and HAS_DOCUMENT),
    *_load("document_urls", wanted=settings.API_DOCS and HAS_DOCUMENT),
]
