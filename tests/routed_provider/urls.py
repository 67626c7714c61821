from django.urls import path

from auth_core.views import MeView

urlpatterns = [path("keys", MeView.as_view())]
