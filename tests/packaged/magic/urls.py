"""The route of a link that was sent by mail."""

from django.urls import path

from tests.packaged.magic.views import MagicView

urlpatterns = [path("login/link", MagicView.as_view())]
