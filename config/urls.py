"""Every address of the service; the installed apps bring their own."""

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny

from config.document import DocumentView
from config.graphql.view import GraphQLView
from config.health import answer_live, answer_ready

handler500 = "config.page_errors.answer_fault"
_PUBLIC = {"authentication_classes": [], "permission_classes": [AllowAny]}
schema = DocumentView.as_view()

urlpatterns: list[URLPattern | URLResolver] = [
    # First, as most requests are for them, and a path is looked for in this order.
    path("api/", include("entities.urls")),
    path("admin/", admin.site.urls),
    path("api/_health/live", answer_live),
    path("api/_health/ready", answer_ready),
    path("graphql", GraphQLView.as_view(), name="graphql"),
]
if settings.API_DOCS:
    urlpatterns += [
        path("", RedirectView.as_view(url="/api")),
        path("api", SpectacularSwaggerSplitView.as_view(url_name="schema", **_PUBLIC), name="swagger"),
        path("api/schema", schema, name="schema"),
        path("api-json", schema),
    ]
if apps.is_installed("auth_core"):
    urlpatterns += [path("api/", include("auth_core.urls")), path(".well-known/", include("auth_core.well_known"))]
