"""The routes of sessions; auth_core mounts them under api/."""

from django.urls import path

from auth_jwt.views import LogoutView, RefreshView, SessionListView, SessionView

urlpatterns = [
    path("token/refresh", RefreshView.as_view(), name="refresh"),
    path("logout", LogoutView.as_view(), name="logout"),
    path("sessions", SessionListView.as_view(), name="sessions"),
    path("sessions/<str:id>", SessionView.as_view(), name="session"),
]
