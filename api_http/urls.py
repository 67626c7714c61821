"""The addresses that belong to no app's data: health, GraphQL and the documents of the API."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny

from api_http.document import DocumentView
from api_http.graphql.view import GraphQLView
from api_http.health import answer_live, answer_ready

_PUBLIC = {"authentication_classes": [], "permission_classes": [AllowAny]}
schema = DocumentView.as_view()

urlpatterns: list[URLPattern | URLResolver] = [
    path("graphql", GraphQLView.as_view(), name="graphql"),
    path("api/_health/live", answer_live),
    path("api/_health/ready", answer_ready),
]
if settings.API_DOCS:
    urlpatterns += [
        path("", RedirectView.as_view(url="/api")),
        path(
            "api", SpectacularSwaggerSplitView.as_view(url_name="schema", **_PUBLIC), name="swagger"
        ),
        path("api/schema", schema, name="schema"),
        path("api-json", schema),
    ]
