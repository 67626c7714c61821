"""The tests' addresses, and those of packages."""

from django.urls import include, path

urlpatterns = [
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
    path("_allauth/", include("allauth.headless.urls")),
    path("", include("tests.urls")),
]
handler500 = "api_http.page_errors.answer_fault"
