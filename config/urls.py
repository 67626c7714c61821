"""Every address of the service; the installed apps bring their own."""

from django.apps import apps
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

handler500 = "api_http.page_errors.answer_fault"

admin.site.site_header = admin.site.site_title = "Django auth service"
admin.site.index_title = "Administration"
admin.site.site_url = "/api"

urlpatterns: list[URLPattern | URLResolver] = [
    # First, as most requests are for them, and a path is looked for in this order.
    # The first list in it is the example on the first screen and in GraphiQL.
    path("api/", include("entities.urls")),
    path("api/", include("accounts.urls")),
    path("admin/", admin.site.urls),
    path("", include("api_http.urls")),
]
if apps.is_installed("auth_core"):
    urlpatterns += [
        path("api/", include("auth_core.urls")),
        path(".well-known/", include("auth_core.well_known")),
        path("account/", include("auth_core.pages")),
    ]
