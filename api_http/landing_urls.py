"""The address of the page at `/`, which is made of the OpenAPI document and the GraphQL schema."""

from django.urls import path

from api_http.landing import show_landing

urlpatterns = [path("", show_landing, name="landing")]
