"""The routes of API keys; auth_core mounts them under api/."""

from django.urls import path

from auth_apikey.views import ApiKeyListView, ApiKeyView

urlpatterns = [
    path("api-keys", ApiKeyListView.as_view(), name="api-keys"),
    path("api-keys/<str:id>", ApiKeyView.as_view(), name="api-key"),
]
