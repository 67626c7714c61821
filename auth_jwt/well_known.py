"""The routes that RFC 8615 wants outside of the API; auth_core mounts them under .well-known/."""

from django.urls import path

from auth_jwt.views import KeySetView

urlpatterns = [path("jwks.json", KeySetView.as_view(), name="jwks")]
