"""The addresses of the product's tests: the service's, with the tests' own domain."""

from django.apps import apps
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

handler500 = "api_http.page_errors.answer_fault"

urlpatterns: list[URLPattern | URLResolver] = [
    # First, as most requests are for them, and a path is looked for in this order.
    path("api/", include("tests.shop.urls")),
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
